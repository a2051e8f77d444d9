// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.deploy.internal.InterruptionGroups.Group;
import io.hotbay.guard.Interruption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InterruptionGroupsTest {
    private static final long API = 1;
    private static final long LINUX = 2;
    private static final long MALLOC = 3;
    private static final long NULL = 4;
    private static final Set<List<Long>> WIRES = Set.of(
            List.of(MALLOC, API), List.of(MALLOC, LINUX), List.of(NULL, API), List.of(API, LINUX), List.of(LINUX, API));

    @Test
    void shouldTakeWhatWasRewiredForPartOfIt() {
        Interruption malloc = interruption(MALLOC, 100, 180);
        Interruption api = interruption(API, 110, 150);
        Interruption none = interruption(NULL, 120, 190);

        assertThat(groups(malloc, api, none)).containsExactly(new Group(api, 100, 190));
    }

    @Test
    void shouldKeepApartWhatDoesNotDependOnEachOtherOrHappenedBefore() {
        Interruption malloc = interruption(MALLOC, 100, 180);
        Interruption none = interruption(NULL, 120, 190);
        Interruption api = interruption(API, 200, 250);

        assertThat(groups(malloc, none, api))
                .containsExactly(new Group(malloc, 100, 180), new Group(none, 120, 190), new Group(api, 200, 250));
    }

    @Test
    void shouldLetOneStandForThoseThatDependOnEachOther() {
        Interruption api = interruption(API, 100, 180);
        Interruption linux = interruption(LINUX, 110, 170);

        assertThat(groups(linux, api)).containsExactly(new Group(api, 100, 180));
    }

    private static Interruption interruption(long id, long start, long end) {
        return new Interruption(id, "1.0.0", "1.0.0", start, end);
    }

    private static List<Group> groups(Interruption... all) {
        return new InterruptionGroups(List.of(all), (one, other) -> WIRES.contains(List.of(one.id(), other.id())))
                .all();
    }
}
