// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.VersionRange;

class RequirementsTest {
    @ParameterizedTest
    @ValueSource(strings = {"[1.0.0,2.0.0)", "[1.2.3.q,1.3.0)", "[0.0.0,2.0.0)"})
    void shouldReadBackTheRangeInAFilter(String range) {
        String filter = "(&(osgi.wiring.package=a.b)" + new VersionRange(range).toFilterString("version") + ")";

        assertThat(Requirements.range(filter)).isEqualTo(" in " + range);
    }

    @Test
    void shouldReadBackAnOpenRange() {
        assertThat(Requirements.range("(&(osgi.wiring.package=a.b)(version>=1.2.0))"))
                .isEqualTo(" from 1.2.0 on");
        assertThat(Requirements.range("(osgi.wiring.package=a.b)")).isEmpty();
    }
}
