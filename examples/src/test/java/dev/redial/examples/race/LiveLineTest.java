package dev.redial.examples.race;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class LiveLineTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, UTF_8);

  @Test
  void aTerminalsLineIsRewrittenAndItsRestBlanked() {
    LiveLine line = new LiveLine(out, true);

    line.show("1,000 calls");
    line.show("7 calls");
    line.end("end");

    assertThat(lines()).isEqualTo("\r1,000 calls\r7 calls    \rend    \n");
  }

  @Test
  void aFileGetsALineNowAndThenAndTheLast() {
    LiveLine line = new LiveLine(out, false);

    line.show("first");
    line.show("too soon");
    line.end("last");

    assertThat(lines()).isEqualTo("first\nlast\n");
  }

  private String lines() {
    return written.toString(UTF_8).replace(System.lineSeparator(), "\n");
  }
}
