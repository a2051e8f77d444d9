// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void shouldAlignTextLeftAndNumbersRight() {
        Table table = new Table("NAME", "BLOCKS");
        table.row("Malloc0", 16384);
        table.row("N", 8L);

        assertThat(print(table)).isEqualTo("NAME     BLOCKS\nMalloc0   16384\nN             8\n");
    }

    @Test
    void shouldKeepNumbersOnTheRightWhereThereAreNotAlwaysSome() {
        Table table = new Table("QUEUE", "P50 µs", "FAULT");
        table.row(0, 393.2, "-");
        table.row(1, "-", "-");

        assertThat(print(table)).isEqualTo("QUEUE  P50 µs  FAULT\n    0   393.2  -\n    1       -  -\n");
    }

    @Test
    void shouldPrintTheHeaderAloneWhenThereAreNoRows() {
        assertThat(print(new Table("A", "B"))).isEqualTo("A  B\n");
    }

    @Test
    void shouldLeaveAMissingCellEmpty() {
        Table table = new Table("A", "B");
        table.row(null, "x");

        assertThat(print(table)).isEqualTo("A  B\n   x\n");
    }

    @Test
    void shouldRefuseARowOfAnotherWidth() {
        assertThatThrownBy(() -> new Table("A", "B").row("x")).hasMessage("1 cells under 2 columns");
    }

    private static String print(Table table) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        table.print(out);
        out.flush();
        return text.toString();
    }
}
