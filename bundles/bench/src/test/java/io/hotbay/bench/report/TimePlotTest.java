// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class TimePlotTest {
    private static final double[] TIMES = {1, 2, 3};

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private static NodeList paths(Document plot) {
        return plot.getElementsByTagName("path");
    }

    private static String path(Document plot, int index) {
        return paths(plot).item(index).getAttributes().getNamedItem("d").getNodeValue();
    }

    @Test
    void shouldDrawEachLineFromLeftToRightAndLargerFiguresHigher() throws Exception {
        TimePlot plot = new TimePlot("a < b & c")
                .panel("IOPS", new TimePlot.Line("x", TIMES, new double[] {0, 50, 100}))
                .logarithmicPanel("us", new TimePlot.Line("y", TIMES, new double[] {1, 10, 100}));
        Document drawn = parse(plot.svg());
        assertThat(paths(drawn).getLength()).isEqualTo(2);
        assertThat(path(drawn, 0)).isEqualTo("M88.0 296.0 L512.0 176.0 L936.0 56.0");
        assertThat(path(drawn, 1)).isEqualTo("M88.0 592.0 L512.0 472.0 L936.0 352.0");
        assertThat(plot.svg()).contains("a &lt; b &amp; c");
    }

    @Test
    void shouldLeaveAGapWhereThereIsNoFigure() throws Exception {
        TimePlot plot = new TimePlot("t")
                .logarithmicPanel("us", new TimePlot.Line("y", new double[] {0, 1, 2, 3}, new double[] {1, 10, 0, 10}));
        assertThat(path(parse(plot.svg()), 0)).matches("M\\S+ \\S+ L\\S+ \\S+ M\\S+ \\S+");
    }

    @Test
    void shouldDrawNothingButAxesWithoutFigures() throws Exception {
        TimePlot plot = new TimePlot("t").panel("IOPS", new TimePlot.Line("x", new double[0], new double[0]));
        assertThat(path(parse(plot.svg()), 0)).isEmpty();
        assertThat(plot.svg()).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    void shouldMarkAMomentInEachPanel() throws Exception {
        TimePlot.Line line = new TimePlot.Line("x", TIMES, TIMES);
        String svg = new TimePlot("t")
                .panel("a", line)
                .panel("b", line)
                .mark(2, "swap")
                .svg();
        assertThat(svg.split(">swap<", -1)).hasSize(3);
    }

    @Test
    void shouldLabelWithRoundFigures() {
        Scale scale = Scale.of(List.of(new TimePlot.Line("x", TIMES, new double[] {1, 2, 870_000})), false, 240, 0);
        assertThat(scale.ticks()).containsExactly(0.0, 2e5, 4e5, 6e5, 8e5, 1e6);
        assertThat(scale.place(1e6)).isZero();
    }

    @Test
    void shouldRefuseALineWithTimesAndNoFigures() {
        assertThatThrownBy(() -> new TimePlot.Line("x", TIMES, new double[1])).hasMessage("3 times for 1 values");
    }
}
