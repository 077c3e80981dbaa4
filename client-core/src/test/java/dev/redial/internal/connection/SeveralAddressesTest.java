package dev.redial.internal.connection;

import static dev.redial.internal.connection.Dials.NO_LIMIT;
import static dev.redial.internal.connection.Dials.dial;
import static dev.redial.internal.connection.Dials.dialTls;
import static dev.redial.internal.connection.Dials.in;
import static dev.redial.internal.connection.Dials.isTold;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.redial.ClientClosedException;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.KeepAlive;
import dev.redial.ResponseLimits;
import dev.redial.TlsHandshakeException;
import dev.redial.internal.connection.Bench.Running;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host with several addresses. They differ by their ports here. */
@Timeout(60)
class SeveralAddressesTest {

  /** Longer than any test: what has to wait for it does not happen. */
  private static final Duration NEVER = Duration.ofHours(1);

  /** The JDK's words; its version 21 adds some on virtual threads. */
  private static final String REFUSED = "Connection refused(?: \\(connect failed\\))?";

  private final List<Listener> listeners = new ArrayList<>();
  private final AtomicLong now = new AtomicLong(1);

  @AfterEach
  void stopListening() throws IOException {
    for (Listener listener : listeners) listener.close();
  }

  private interface Accepted {
    void with(Socket socket) throws IOException;
  }

  /** Does something with every connection. */
  private static final class Listener implements AutoCloseable {
    final AtomicInteger accepted = new AtomicInteger();
    private final ServerSocket socket = listen();
    private final Accepted does;

    Listener(Accepted does) {
      this.does = does;
      Thread unused = Thread.ofVirtual().start(this::accept);
    }

    private static ServerSocket listen() {
      try {
        return new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private void accept() {
      while (!socket.isClosed()) {
        try (Socket connection = socket.accept()) {
          accepted.incrementAndGet();
          does.with(connection);
        } catch (IOException e) {
          // The client has gone, or the test is over.
        }
      }
    }

    InetSocketAddress address() {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private Listener listener(Accepted does) {
    Listener listener = new Listener(does);
    listeners.add(listener);
    return listener;
  }

  /** Keeps the connection until the client ends it. */
  private Listener patient() {
    return listener(SeveralAddressesTest::readToTheEnd);
  }

  private static void readToTheEnd(Socket socket) throws IOException {
    byte[] octets = new byte[4096];
    while (socket.getInputStream().read(octets) >= 0) assertThat(octets).isNotEmpty();
  }

  private static InetSocketAddress refusing() throws IOException {
    try (ServerSocket gone = Listener.listen()) {
      return (InetSocketAddress) gone.getLocalSocketAddress();
    }
  }

  private Connector connector(Duration stagger) {
    try {
      return new Connector(
          KeepAlive.defaults(),
          null,
          SSLContext.getDefault(),
          new SSLParameters(),
          new Connector.Reading(ResponseLimits.defaults(), 16 << 10),
          Connector.SocketBuffers.SYSTEM,
          stagger.toNanos(),
          now::get);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  // Who wins

  @Test
  void theFirstAddressIsTakenWhenItAnswers() throws Exception {
    Listener first = patient();
    Listener second = patient();

    Connection connection =
        connector(NEVER).open(dial(NO_LIMIT, first.address(), second.address()));

    assertThat(connection.server()).isEqualTo(first.address());
    assertThat(connection.used()).isFalse();
    assertThat(second.accepted).hasValue(0);
    connection.close();
  }

  @Test
  void aRefusalMakesRoomForTheNextAtOnce() throws Exception {
    Listener answers = patient();

    Connection connection =
        connector(NEVER).open(dial(NO_LIMIT, refusing(), refusing(), answers.address()));

    assertThat(connection.server()).isEqualTo(answers.address());
    connection.close();
  }

  @Test
  void silenceMakesRoomForTheNextAfterAWhile() throws Exception {
    Listener answers = patient();
    try (Backlog silent = new Backlog();
        Backlog another = new Backlog()) {
      Duration stagger = Duration.ofMillis(20);
      long before = System.nanoTime();

      Connection connection =
          connector(stagger)
              .open(dial(NO_LIMIT, silent.address(), another.address(), answers.address()));

      assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(2 * stagger.toNanos());
      assertThat(connection.server()).isEqualTo(answers.address());
      connection.close();
    }
  }

  @Test
  void anEarlierAttemptGoesOnAndMayStillWin() throws Exception {
    try (Backlog slow = new Backlog();
        Backlog silent = new Backlog()) {
      Connector connector = connector(Duration.ofMillis(20));
      Running<Connection> running =
          Bench.start(() -> connector.open(dial(NO_LIMIT, slow.address(), silent.address())));
      awaitAsking(2, slow, silent);

      slow.makeRoom(); // the kernel asks again after a second

      Connection connection = running.get();
      assertThat(connection.server()).isEqualTo(slow.address());
      connection.close();
    }
  }

  /** Connection requests to these that have no answer yet. Linux only. */
  private static int asking(Backlog... silent) throws IOException {
    List<String> remotes =
        Stream.of(silent).map(each -> "%04X".formatted(each.address().getPort())).toList();
    int count = 0;
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] fields = line.trim().split("\\s+");
        if (fields[3].equals("02") && remotes.contains(fields[2].split(":")[1])) count++;
      }
    }
    return count;
  }

  private static void awaitAsking(int count, Backlog... silent) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(Duration.ofSeconds(20))
        .until(() -> asking(silent) == count);
  }

  @Test
  void theLosersAreClosedWhenOneHasWon() throws Exception {
    Listener answers = patient();
    try (Backlog silent = new Backlog()) {
      Connection connection =
          connector(Duration.ofMillis(20))
              .open(dial(NO_LIMIT, silent.address(), answers.address()));

      awaitAsking(0, silent);
      assertThat(connection.wire.isOpen()).isTrue();
      connection.close();
    }
  }

  @Test
  void littleTimeIsSharedOut() throws Exception {
    Listener answers = patient();
    try (Backlog silent = new Backlog()) {
      Connection connection =
          connector(NEVER).open(dial(in(2000), silent.address(), answers.address()));

      assertThat(connection.server()).isEqualTo(answers.address());
      connection.close();
    }
  }

  @Test
  void anOpenConnectionOutlivesTheTimeOfItsRace() throws Exception {
    Listener answers = patient();
    Connection connection = connector(NEVER).open(dial(in(1000), refusing(), answers.address()));

    await()
        .during(Duration.ofMillis(1200))
        .atMost(Duration.ofSeconds(10))
        .until(connection.wire::isOpen);
    connection.close();
  }

  // What is remembered

  @Test
  void whatFailedIsTriedLastNextTime() throws Exception {
    Listener answers = patient();
    try (Backlog silent = new Backlog()) {
      Connector connector = connector(Duration.ofMillis(20));
      Dial dial = dial(NO_LIMIT, silent.address(), answers.address());
      connector.open(dial).close();
      silent.makeRoom();

      Connection second = connector.open(dial);
      assertThat(second.server()).isEqualTo(answers.address());
      second.close();

      now.addAndGet(Reachability.MISS_NANOS + 1);
      Connection third = connector.open(dial);
      assertThat(third.server()).isEqualTo(silent.address());
      third.close();
    }
  }

  // If none answers

  @Test
  void ifNoneAnswersAllAreTold() throws Exception {
    InetSocketAddress one = refusing();
    InetSocketAddress another = refusing();

    Throwable thrown = catchThrowable(() -> connector(NEVER).open(dial(NO_LIMIT, one, another)));

    assertThat(thrown)
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageMatching(
            "no connection: %s %s, %s %s; .*".formatted(one, REFUSED, another, REFUSED))
        .hasCauseInstanceOf(ConnectException.class);
    isTold(thrown, ExchangeStage.CONNECTING);
    assertThat(((ExchangeFailure) thrown).evidence().attempt()).isEqualTo(3);
    assertThat(((ExchangeFailure) thrown).code()).isEqualTo("ECONNREFUSED");
    assertThat(thrown.getSuppressed())
        .hasSize(2)
        .allSatisfy(each -> isTold(each, ExchangeStage.CONNECTING))
        .allSatisfy(each -> assertThat(each).isInstanceOf(ConnectFailedException.class));
    assertThat(thrown.getSuppressed()[0]).hasMessageContaining(one.toString());
    assertThat(thrown.getSuppressed()[1]).hasMessageContaining(another.toString());
  }

  @Test
  void aTimeOutTellsAllToo() throws Exception {
    InetSocketAddress refuses = refusing();
    try (Backlog silent = new Backlog();
        Backlog another = new Backlog()) {
      long before = System.nanoTime();

      Throwable thrown =
          catchThrowable(() ->
              connector(Duration.ofMillis(20))
                  .open(dial(in(300), refuses, silent.address(), another.address())));

      assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(300_000_000L);
      assertThat(thrown)
          .isInstanceOf(ConnectTimeoutException.class)
          .hasMessageMatching("HTTP connect timed out: %s %s, .*".formatted(refuses, REFUSED))
          .hasMessageMatching(".* %s no answer in \\d+\\.\\d+ s, .*".formatted(silent.address()))
          .hasMessageMatching(".* %s no answer in \\d+\\.\\d+ s; .*".formatted(another.address()))
          .hasCauseExactlyInstanceOf(ConnectException.class);
      isTold(thrown, ExchangeStage.CONNECTING);
      assertThat(thrown.getSuppressed()).hasSize(3);
      assertThat(thrown.getSuppressed()[0]).isInstanceOf(ConnectFailedException.class);
      assertThat(thrown.getSuppressed()[1]).isInstanceOf(ConnectTimeoutException.class);
      awaitAsking(0, silent, another);
    }
  }

  @Test
  void withoutTimeNoneIsTried() throws Exception {
    Listener one = patient();
    Listener another = patient();

    Throwable thrown =
        catchThrowable(() -> connector(NEVER).open(dial(in(-1), one.address(), another.address())));

    assertThat(thrown)
        .isInstanceOf(ConnectTimeoutException.class)
        .hasMessageContaining(one.address() + " not tried, " + another.address() + " not tried");
    assertThat(one.accepted).hasValue(0);
  }

  @Test
  void anInterruptEndsTheRace() throws Exception {
    try (Backlog silent = new Backlog();
        Backlog another = new Backlog()) {
      Connector connector = connector(Duration.ofMillis(20));
      AtomicInteger flagged = new AtomicInteger();
      Running<Connection> running =
          Bench.start(() -> {
            try {
              return connector.open(dial(NO_LIMIT, silent.address(), another.address()));
            } finally {
              if (Thread.currentThread().isInterrupted()) flagged.incrementAndGet();
            }
          });
      awaitAsking(2, silent, another);

      running.thread().interrupt();

      assertThat(running.failure()).isInstanceOf(InterruptedException.class);
      assertThat(flagged).as("the exception says it").hasValue(0);
      awaitAsking(0, silent, another);
    }
  }

  /** The winner may come in between the interrupt and the caller's waking up. */
  @Test
  void anInterruptInTheMomentOfSuccessLeavesNothingOpen() throws Exception {
    Random delays = new Random(1);
    InetSocketAddress refusing = refusing();
    Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
    try (ServerSocket server = Listener.listen()) {
      Thread unused =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) accepted.add(server.accept());
                } catch (IOException e) {
                  // The test is over.
                }
              });
      InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
      for (int round = 0; round < 500; round++) {
        Connector connector = connector(NEVER);
        Running<Connection> running =
            Bench.start(() -> connector.open(dial(NO_LIMIT, address, refusing)));
        for (int spins = delays.nextInt(10_000); spins > 0; spins--) Thread.onSpinWait();
        running.thread().interrupt();
        Connection connection = running.outcome().handle((opened, thrown) -> opened).get();
        if (connection != null) connection.close();
      }
      try (Socket last = new Socket(address.getAddress(), address.getPort())) {
        await()
            .until(() -> accepted.stream().anyMatch(each -> each.getPort() == last.getLocalPort()));
      }
      for (Socket each : accepted) {
        each.setSoTimeout(10_000);
        assertThat(each.getInputStream().read()).isEqualTo(-1);
        each.close();
      }
    }
  }

  @Test
  void closingEndsTheRaceAndAllLaterOnes() throws Exception {
    Listener answers = patient();
    try (Backlog silent = new Backlog();
        Backlog another = new Backlog()) {
      Connector connector = connector(Duration.ofMillis(20));
      Running<Connection> running =
          Bench.start(() -> connector.open(dial(NO_LIMIT, silent.address(), another.address())));
      awaitAsking(2, silent, another);

      connector.close();

      Throwable thrown = running.failure();
      assertThat(thrown).isInstanceOf(ClientClosedException.class);
      isTold(thrown, ExchangeStage.CONNECTING);
      awaitAsking(0, silent, another);
      Throwable later =
          catchThrowable(() -> connector.open(dial(NO_LIMIT, answers.address(), silent.address())));
      assertThat(later).isInstanceOf(ClientClosedException.class);
      assertThat(answers.accepted).hasValue(0);
    }
  }

  // TLS and tunnels

  @Test
  void aPeerThatGoesAwayInTheHandshakeLeavesTheOtherAddresses() {
    Listener one = listener(socket -> assertThat(socket.getInputStream().read()).isPositive());
    Listener another = listener(socket -> assertThat(socket.getInputStream().read()).isPositive());

    Throwable thrown =
        catchThrowable(() -> connector(NEVER).open(dialTls(one.address(), another.address())));

    assertThat(thrown)
        .isInstanceOf(TlsHandshakeException.class)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining(one.address() + " TLS handshake failed")
        .hasMessageContaining(another.address() + " TLS handshake failed");
    assertThat(thrown.getSuppressed()).hasSize(2);
    isTold(thrown, ExchangeStage.TLS_HANDSHAKE);
    assertThat(one.accepted).hasValue(1);
    assertThat(another.accepted).hasValue(1);
  }

  @Test
  void whoLostTheRaceIsTriedWhenTheWinnerGoesAway() throws Exception {
    Listener leaves = listener(socket -> assertThat(socket.getInputStream().read()).isPositive());
    try (Backlog silent = new Backlog()) {
      Dial.Peer peer = new Dial.Peer("a.example", 443);
      Dial dial =
          new Dial(
              "GET https://a.example",
              1,
              List.of(silent.address(), leaves.address()),
              false,
              peer,
              null,
              in(1000));

      Throwable thrown = catchThrowable(() -> connector(Duration.ofMillis(20)).open(dial));

      assertThat(thrown)
          .isInstanceOf(ConnectTimeoutException.class)
          .hasMessageContaining(leaves.address() + " TLS handshake failed")
          .hasMessageMatching(".* %s no answer in \\d+\\.\\d+ s; .*".formatted(silent.address()));
      assertThat(leaves.accepted).hasValue(1);
    }
  }

  @Test
  void aPeerThatDoesNotSpeakTlsEndsIt() throws Exception {
    Listener answers = patient();
    Listener plain =
        listener(socket -> {
          socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(ISO_8859_1));
          readToTheEnd(socket);
        });
    InetSocketAddress refuses = refusing();

    Throwable thrown =
        catchThrowable(
            () -> connector(NEVER).open(dialTls(refuses, plain.address(), answers.address())));

    assertThat(thrown).isInstanceOf(TlsHandshakeException.class);
    assertThat(thrown.getSuppressed()).hasSize(1);
    assertThat(thrown.getSuppressed()[0]).hasMessageContaining(refuses.toString());
    assertThat(plain.accepted).hasValue(1);
    assertThat(answers.accepted).hasValue(0);
  }

  @Test
  void aProxyThatHangsUpOnConnectLeavesItsOtherAddresses() throws Exception {
    Listener leaves = listener(socket -> assertThat(socket.getInputStream().read()).isPositive());
    Listener refuses =
        listener(socket -> {
          socket.getOutputStream().write("HTTP/1.1 403 No\r\n\r\n".getBytes(ISO_8859_1));
          readToTheEnd(socket);
        });
    Dial dial =
        new Dial(
            "GET https://a.example",
            1,
            List.of(leaves.address(), refuses.address()),
            true,
            new Dial.Peer("a.example", 443),
            new Dial.Tunnel("a.example:443", Map.of()),
            NO_LIMIT);

    Throwable thrown = catchThrowable(() -> connector(NEVER).open(dial));

    assertThat(thrown).isInstanceOf(TunnelRefusedException.class);
    assertThat(thrown.getSuppressed()).hasSize(1);
    assertThat(((ExchangeFailure) thrown.getSuppressed()[0]).code()).isEqualTo("ECONNRESET");
  }
}
