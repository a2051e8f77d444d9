// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.osgi.service.metatype.AttributeDefinition;

class ValueTypeTest {
    @Test
    void shouldReadNumbersWithUnits() {
        assertThat(ValueType.LONG.parse("64MiB")).isEqualTo(64L << 20);
        assertThat(ValueType.LONG.parse("64 m")).isEqualTo(64L << 20);
        assertThat(ValueType.LONG.parse("2TB")).isEqualTo(2L << 40);
        assertThat(ValueType.INTEGER.parse("4K")).isEqualTo(4096);
        assertThat(ValueType.INTEGER.parse("-1")).isEqualTo(-1);
        assertThat(ValueType.LONG.parse("512B")).isEqualTo(512L);
    }

    @Test
    void shouldSayWhatANumberMustBe() {
        assertThatThrownBy(() -> ValueType.INTEGER.parse("12x")).hasMessage("must be a whole number, not \"12x\"");
        assertThatThrownBy(() -> ValueType.INTEGER.parse("4G"))
                .hasMessage("must be a whole number from -2147483648 to 2147483647, not \"4G\"");
        assertThatThrownBy(() -> ValueType.LONG.parse("99999999999999999999"))
                .hasMessageStartingWith("must be a whole number from -9223372036854775808");
        assertThatThrownBy(() -> ValueType.LONG.parse("9999999999T")).hasMessageContaining("must be a whole number");
        assertThatThrownBy(() -> ValueType.DOUBLE.parse("a")).hasMessage("must be a number, not \"a\"");
    }

    @Test
    void shouldTakeOnlyTrueAndFalseForABoolean() {
        assertThat(ValueType.BOOLEAN.parse("True")).isEqualTo(true);
        assertThat(ValueType.BOOLEAN.parse("false")).isEqualTo(false);
        assertThatThrownBy(() -> ValueType.BOOLEAN.parse("yes")).hasMessage("must be true or false, not \"yes\"");
    }

    @Test
    void shouldMakeTheJavaTypeOfEachKind() {
        for (ValueType type : ValueType.values()) {
            assertThat(type.parse(type == ValueType.BOOLEAN ? "true" : "1")).isInstanceOf(type.javaType());
        }
    }

    @Test
    void shouldKnowTheKindsOfMetatype() {
        assertThat(ValueType.of(AttributeDefinition.LONG)).isEqualTo(ValueType.LONG);
        assertThat(ValueType.of(AttributeDefinition.BOOLEAN)).isEqualTo(ValueType.BOOLEAN);
        assertThat(ValueType.of(AttributeDefinition.PASSWORD)).isEqualTo(ValueType.STRING);
        assertThat(ValueType.INTEGER.label()).isEqualTo("integer");
    }
}
