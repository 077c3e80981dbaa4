package dev.redial.examples.race;

import static dev.redial.ExchangeStage.AWAITING_RESPONSE;
import static dev.redial.ServerActed.MAYBE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ExchangeEvidence;
import dev.redial.HangUpException;
import dev.redial.HangUpException.Ending;
import dev.redial.examples.race.Result.ServerView;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final Tally jdk = new Tally();
  private final Tally redial = new Tally();

  @Test
  void aSoundRaceIsShownInFull() {
    for (int i = 0; i < 1000; i++) jdk.answered("GET", 200, 1_500_000);
    jdk.failed("POST", new IOException("no bytes"));
    jdk.failed("POST", new IOException("no bytes, too"));
    redial.answered("GET", 200, 1_000_000);
    redial.answered("POST", 503, 3_000_000);
    redial.failed("POST", new HangUpException("hung up: evidence", Ending.FIN, evidence()));

    assertThat(report(Optional.of(new ServerView(3, 2, 40)), Optional.of(new ServerView(1, 0, 7))))
        .isEqualTo(
            """
                                                                 JDK          Redial
            calls                                              1,002               3
              GET                                              1,000               1
              POST                                                 2               2
            failed                                                 2               1
              POST HangUpException FIN                             0               1
              POST IOException                                     2               0
            answered 503                                           0               1
            GETs executed more than once                           3               1
            POSTs executed more than once                          2               0
            connections opened                                    40               7
            p50                                               1.5 ms          1.0 ms
            p99                                               1.5 ms          3.0 ms

            JDK, for example, POST IOException:
              no bytes

            Redial, for example, POST HangUpException FIN:
              hung up: evidence

            Redial lost no GET and repeated no POST.\
            """);
  }

  @Test
  void whatAForeignServerDoesNotTellIsNotClaimed() {
    redial.answered("GET", 200, 1_000_000);

    assertThat(report(Optional.empty(), Optional.empty()))
        .isEqualTo(
            """
                                                                 JDK          Redial
            calls                                                  0               1
              GET                                                  0               1
            failed                                                 0               0
            GETs executed more than once                           -               -
            POSTs executed more than once                          -               -
            connections opened                                     -               -
            p50                                                    -          1.0 ms
            p99                                                    -          1.0 ms

            Redial lost no GET.\
            """);
  }

  @Test
  void aLostGetIsNotSound() {
    redial.failed("GET", new IOException("gone"));

    assertThat(result("Redial", redial, Optional.empty()).isSound()).isFalse();
    assertThat(report(Optional.empty(), Optional.empty()))
        .endsWith("Redial lost 1 GETs, repeated 0 POSTs, handed out 0 wrong answers.");
  }

  @Test
  void aRepeatedPostIsNotSound() {
    Optional<ServerView> twice = Optional.of(new ServerView(0, 1, 1));

    assertThat(result("Redial", redial, twice).isSound()).isFalse();
    assertThat(report(Optional.empty(), twice))
        .endsWith("Redial lost 0 GETs, repeated 1 POSTs, handed out 0 wrong answers.");
  }

  @Test
  void anAnswerToAnotherRequestIsNotSound() {
    redial.failed("POST", new WrongAnswerException("a", "b"));

    assertThat(result("Redial", redial, Optional.empty()).isSound()).isFalse();
    assertThat(report(Optional.empty(), Optional.empty()))
        .endsWith("Redial lost 0 GETs, repeated 0 POSTs, handed out 1 wrong answers.");
  }

  @Test
  void failuresOfTheOtherClientAreNotHeldAgainstRedial() {
    jdk.failed("GET", new IOException("gone"));

    assertThat(report(Optional.of(new ServerView(0, 5, 1)), Optional.empty()))
        .endsWith("Redial lost no GET.");
  }

  private String report(Optional<ServerView> ofJdk, Optional<ServerView> ofRedial) {
    return Report.of(result("JDK", jdk, ofJdk), result("Redial", redial, ofRedial));
  }

  private static Result result(String client, Tally tally, Optional<ServerView> server) {
    return new Result(client, tally.outcome(), server);
  }

  private static ExchangeEvidence evidence() {
    return new ExchangeEvidence(
        "POST http://localhost",
        1,
        AWAITING_RESPONSE,
        true,
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        200,
        0,
        MAYBE);
  }
}
