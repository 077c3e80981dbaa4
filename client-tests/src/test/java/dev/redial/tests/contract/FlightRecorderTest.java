package dev.redial.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a process needs of the JDK, and loads of it, for events that nobody hears of. */
class FlightRecorderTest {
  @RegisterExtension final Rig rig = new Rig();

  /** Opens two connections, and loses one, which are events. */
  @Test
  void flightRecorderMayBeMissing() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.fin();
            },
            ScriptedServer.always(Answers.ok("ok")));
    List<String> few = List.of("--limit-modules", "java.base,java.net.http,jdk.net");
    assertThat(OwnProcess.run(few, OneCall.class, server.uri("/").toString()))
        .isEqualToIgnoringNewLines("ok, with Flight Recorder: false");
    assertThat(server.connections()).isEqualTo(2);
  }

  /** The class of an event brings much of the recorder along. */
  @Test
  void nothingOfFlightRecorderIsLoadedWhileNothingIsRecorded() throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.fin();
            },
            ScriptedServer.always(Answers.ok("ok")));
    List<String> telling = List.of("-Xlog:class+load:stdout");
    assertThat(OwnProcess.run(telling, OneCall.class, server.uri("/").toString()))
        .contains("ok, with Flight Recorder: true")
        .contains("dev.redial.ConnectionOpened ")
        .doesNotContain("FlightEvents$")
        .doesNotContain(" jdk.jfr.Event ");
  }
}
