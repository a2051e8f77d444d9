// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/** Each configuration describes itself to whoever offers to edit it. */
class MetatypeTest {
    private static final String REQUIRE = "require";

    /** PIDs of components that take a configuration: they need one, or have chosen a PID other than their name. */
    static Set<String> pids() {
        Set<String> pids = new TreeSet<>();
        Components.own().filter(MetatypeTest::isConfigurable).forEach(each -> pids.add(each.configurationPid[0]));
        return pids;
    }

    private static boolean isConfigurable(ComponentDescriptionDTO component) {
        return component.configurationPolicy.equals(REQUIRE) || !component.configurationPid[0].equals(component.name);
    }

    /** All PIDs that have a description, with it. */
    private static Map<String, ObjectClassDefinition> described() {
        MetaTypeService service = Framework.service(MetaTypeService.class);
        Map<String, ObjectClassDefinition> described = new TreeMap<>();
        for (Bundle bundle : Framework.ownBundles()) {
            MetaTypeInformation information = service.getMetaTypeInformation(bundle);
            Stream.of(information.getPids(), information.getFactoryPids())
                    .flatMap(Stream::of)
                    .forEach(pid -> described.put(pid, information.getObjectClassDefinition(pid, null)));
        }
        return described;
    }

    @Test
    void shouldDescribeEachPidAndNoOther() {
        assertThat(pids())
                .contains(
                        "io.hotbay.bdev.malloc",
                        "io.hotbay.bdev.null",
                        "io.hotbay.deploy",
                        "io.hotbay.hugepages",
                        "io.hotbay.kata",
                        "io.hotbay.log",
                        "io.hotbay.reactor",
                        "io.hotbay.vhost.controller");
        assertThat(described().keySet()).isEqualTo(pids());
    }

    @ParameterizedTest
    @MethodSource("pids")
    void shouldNameAndDescribeEachOption(String pid) {
        ObjectClassDefinition type = described().get(pid);

        assertThat(type.getName()).isNotBlank();
        assertThat(type.getDescription()).isNotBlank();
        AttributeDefinition[] options = type.getAttributeDefinitions(ObjectClassDefinition.ALL);
        assertThat(options).isNotEmpty();
        for (AttributeDefinition option : options) {
            assertThat(option.getName()).as(option.getID()).isNotBlank().isNotEqualTo(option.getID());
            assertThat(option.getDescription()).as(option.getID()).isNotBlank().endsWith(".");
        }
    }

    @ParameterizedTest
    @MethodSource("pids")
    void shouldWriteOptionsAsThePeersDoAndHaveDefaultsThatAreAllowed(String pid) {
        for (AttributeDefinition option : described().get(pid).getAttributeDefinitions(ObjectClassDefinition.ALL)) {
            assertThat(option.getID()).matches("[a-z][a-z0-9_]*|hotbay(\\.[a-z]+)+|[a-zA-Z]+\\.target");
            for (String value : option.getDefaultValue() == null ? new String[0] : option.getDefaultValue()) {
                String complaint = value.isEmpty() ? "" : option.validate(value);
                assertThat(complaint).as(option.getID() + " = " + value).isNullOrEmpty();
            }
        }
    }
}
