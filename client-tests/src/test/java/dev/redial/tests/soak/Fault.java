package dev.redial.tests.soak;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ServedConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** What the server of a soak does with a request; how often each happens is its weight. */
enum Fault {
  NONE(30, (c, number) -> c.send(Answers.ok(Soak.body(number)))),
  CHUNKED(10, (c, number) -> c.send(Answers.chunked(octets(number), 700))),
  SLOW(
      4,
      (c, number) -> {
        c.idleFor(Duration.ofMillis(30));
        c.send(Answers.ok(Soak.body(number)));
      }),
  INTERIM(
      2,
      (c, number) -> {
        c.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n");
        c.send(Answers.ok(Soak.body(number)));
      }),
  UNTIL_CLOSE(
      2,
      (c, number) -> {
        c.send(Answers.untilClose(octets(number)));
        c.fin();
      }),
  SAYS_CLOSE(
      2,
      (c, number) -> {
        c.send(Answers.ok(Soak.body(number), "Connection: close"));
        c.fin();
      }),
  CLOSE_BEFORE_ANSWER(2, (c, number) -> c.fin()),
  RESET_BEFORE_ANSWER(2, (c, number) -> c.rst()),
  CLOSE_IN_HEAD(
      2,
      (c, number) -> {
        c.send("HTTP/1.1 200 OK\r\nContent-Le");
        c.fin();
      }),
  RESET_IN_HEAD(
      2,
      (c, number) -> {
        c.send("HTTP/1.1 200 O");
        c.rst();
      }),
  CLOSE_IN_BODY(
      2,
      (c, number) -> {
        c.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + Soak.body(number));
        c.fin();
      }),
  RESET_IN_BODY(
      2,
      (c, number) -> {
        c.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + Soak.body(number));
        c.rst();
      }),
  TRUNCATED_CHUNK(
      2,
      (c, number) -> {
        c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n" + Soak.body(number));
        c.finWithoutCloseNotify();
      }),
  GARBAGE_FOR_A_CHUNK(
      2,
      (c, number) -> {
        c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n" + Soak.body(number));
        c.fin();
      }),
  GARBAGE(
      2,
      (c, number) -> {
        c.send("\u0000\u0001 nothing that is HTTP\r\n\r\n");
        c.fin();
      }),
  SURPLUS(2, (c, number) -> c.send(Answers.ok(Soak.body(number)) + Answers.ok(Soak.body(-1)))),
  CLOSE_AFTER_ANSWER(
      3,
      (c, number) -> {
        c.send(Answers.ok(Soak.body(number)));
        c.fin();
      }),
  RESET_AFTER_ANSWER(
      2,
      (c, number) -> {
        c.send(Answers.ok(Soak.body(number)));
        c.rst();
      }),
  HALF_CLOSE_AFTER_ANSWER(
      1,
      (c, number) -> {
        c.send(Answers.ok(Soak.body(number)));
        c.halfClose();
        c.stall();
      }),
  TIMEOUT_408_WHEN_IDLE(
      2,
      (c, number) -> {
        c.send(Answers.ok(Soak.body(number)));
        if (c.requestComesWithin(Duration.ofMillis(20))) return;
        c.send(Answers.status("408 Request Timeout", Soak.IDLE, "Connection: close"));
        c.fin();
      }),
  STALL_BEFORE_ANSWER(2, (c, number) -> c.stall()),
  STALL_IN_BODY(
      2,
      (c, number) -> {
        c.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + Soak.body(number));
        c.stall();
      }),
  DRIP(
      2,
      (c, number) -> {
        for (byte octet : Answers.fixed(octets(number))) {
          c.send(new byte[] {octet});
          c.idleFor(Duration.ofMillis(40));
        }
      }),
  EARLY_ANSWER(2) {
    @Override
    void meet(ServedConnection c, RequestSeen head, Executions executions) throws IOException {
      c.send(Answers.status("413 Content Too Large", Soak.body(number(head)), "Connection: close"));
      long unused = c.drain(); // the rest of a body that came in vain
      c.fin();
    }
  },
  CLOSE_BEFORE_BODY(2) {
    @Override
    void meet(ServedConnection c, RequestSeen head, Executions executions) throws IOException {
      c.fin();
    }
  };

  /** What follows a request that was read whole, and thereby executed. */
  @FunctionalInterface
  private interface Play {
    void run(ServedConnection c, long number) throws IOException, InterruptedException;
  }

  private static final List<Fault> LOTS = lots();

  private final int weight;
  private final Play play;

  Fault(int weight) {
    this(weight, (c, number) -> {});
  }

  Fault(int weight, Play play) {
    this.weight = weight;
    this.play = play;
  }

  private static List<Fault> lots() {
    List<Fault> lots = new ArrayList<>();
    for (Fault each : values()) for (int i = 0; i < each.weight; i++) lots.add(each);
    return List.copyOf(lots);
  }

  static Fault drawn(RandomGenerator random) {
    return LOTS.get(random.nextInt(LOTS.size()));
  }

  static long number(RequestSeen head) {
    return Long.parseLong(head.id());
  }

  private static byte[] octets(long number) {
    return Answers.octets(Soak.body(number));
  }

  void meet(ServedConnection c, RequestSeen head, Executions executions)
      throws IOException, InterruptedException {
    executions.add(c.readBody(head));
    play.run(c, number(head));
  }

  /** Serves a connection to its end: the request's target says how; a repetition is spared. */
  static void serve(ServedConnection c, Executions executions)
      throws IOException, InterruptedException {
    while (!c.ended()) {
      RequestSeen head = c.readHeadOnly();
      boolean repetition = !head.field(Soak.ATTEMPT).orElse("1").equals("1");
      Fault fault = repetition ? NONE : valueOf(head.target().substring(1));
      fault.meet(c, head, executions);
    }
  }
}
