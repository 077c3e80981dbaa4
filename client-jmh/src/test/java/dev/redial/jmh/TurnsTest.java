package dev.redial.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That those who take turns have one each in a round, and nobody has to wait for the dead. */
@Timeout(30)
final class TurnsTest {
  private static final int ROUNDS = 20;

  private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();

  @Test
  void oneAtATimeAndEachOncePerRound() throws Exception {
    List<String> order = new ArrayList<>();
    AtomicInteger now = new AtomicInteger();
    try (Turns turns = new Turns(3);
        ExecutorService processes = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (String name : List.of("a", "b", "c"))
        running.add(
            processes.submit(() -> {
              try (Turn turn = Turn.in(port(turns), 0)) {
                for (int i = 0; i < ROUNDS; i++) {
                  turn.begin(false);
                  assertThat(now.incrementAndGet()).isEqualTo(1);
                  order.add(name);
                  now.decrementAndGet();
                  turn.end();
                }
              }
              return null;
            }));
      for (Future<?> process : running) process.get();
    }

    assertThat(order).hasSize(3 * ROUNDS);
    List<List<String>> rounds = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) rounds.add(order.subList(3 * i, 3 * i + 3));
    assertThat(rounds)
        .allSatisfy(round -> assertThat(round).containsExactlyInAnyOrder("a", "b", "c"));
    assertThat(rounds.stream().distinct().count()).isGreaterThan(1);
  }

  @Test
  void nobodyBeginsBeforeAllHaveAsked() throws Exception {
    try (Turns turns = new Turns(2);
        ExecutorService processes = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first = processes.submit(() -> takeOne(turns, "first"));
      assertThat(begun.poll(100, TimeUnit.MILLISECONDS)).isNull();

      Future<?> second = processes.submit(() -> takeOne(turns, "second"));

      first.get();
      second.get();
      assertThat(begun).containsExactlyInAnyOrder("first", "second");
    }
  }

  @Test
  void whoeverHasLeftIsNotWaitedFor() throws Exception {
    try (Turns turns = new Turns(2);
        ExecutorService processes = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first = processes.submit(() -> takeOne(turns, "first"));

      turns.left();

      first.get();
      assertThat(begun).containsExactly("first");
    }
  }

  @Test
  void aProcessThatDiesInItsTurnEndsIt() throws Exception {
    try (Turns turns = new Turns(2);
        Socket dying = new Socket(InetAddress.getLoopbackAddress(), port(turns));
        ExecutorService processes = Executors.newVirtualThreadPerTaskExecutor()) {
      new DataOutputStream(dying.getOutputStream()).writeLong(0);
      dying.getOutputStream().write(Turns.ASKS);
      Future<?> other = processes.submit(() -> takeOne(turns, "other"));
      dying.getInputStream().read(); // its turn, if it is not over yet

      dying.close();

      other.get();
      assertThat(begun).containsExactly("other");
    }
  }

  @Test
  void aProcessMayStandStillUntilItsTurn() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/stat")), "needs /proc");
    Process process = new ProcessBuilder("sleep", "60").start();
    try (Turns turns = new Turns(2);
        ExecutorService processes = Executors.newVirtualThreadPerTaskExecutor();
        Turn turn = Turn.in(port(turns), process.pid())) {
      Future<?> asking =
          processes.submit(() -> {
            turn.begin(true);
            return null;
          });
      awaitState(process, state -> state == 'T');

      Future<?> other = processes.submit(() -> takeOne(turns, "other"));

      asking.get();
      awaitState(process, state -> state != 'T');
      turn.end();
      other.get();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void nobodyStandsStillWhenThereAreNoTurnsAnyMore() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/stat")), "needs /proc");
    Process process = new ProcessBuilder("sleep", "60").start();
    try (Turns turns = new Turns(2);
        Socket asking = new Socket(InetAddress.getLoopbackAddress(), port(turns))) {
      new DataOutputStream(asking.getOutputStream()).writeLong(process.pid());
      asking.getOutputStream().write(Turns.ASKS_STANDING_STILL);
      awaitState(process, state -> state == 'T');

      turns.close();

      awaitState(process, state -> state != 'T');
    } finally {
      process.destroyForcibly();
    }
  }

  private static void awaitState(Process process, Predicate<Character> wanted) {
    await()
        .until(() -> {
          String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
          return wanted.test(stat.charAt(stat.lastIndexOf(')') + 2));
        });
  }

  @Test
  void aProcessOfItsOwnNeedNotWait() throws Exception {
    try (Turn turn = Turn.ofThisProcess()) {
      turn.begin(false);
      turn.end();
      turn.begin(false);
    }
  }

  private Void takeOne(Turns turns, String name) throws IOException {
    try (Turn turn = Turn.in(port(turns), 0)) {
      turn.begin(false);
      begun.add(name);
      turn.end();
    }
    return null;
  }

  private static int port(Turns turns) {
    String option = turns.option();
    return Integer.parseInt(option.substring(option.indexOf('=') + 1));
  }
}
