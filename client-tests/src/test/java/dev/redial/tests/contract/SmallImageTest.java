package dev.redial.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** On the class path of a run-time image that has little of the JDK. */
class SmallImageTest {
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
    assertThat(OwnProcess.run(few, WithoutFlightRecorder.class, server.uri("/").toString()))
        .isEqualToIgnoringNewLines("ok, with Flight Recorder: false");
    assertThat(server.connections()).isEqualTo(2);
  }
}
