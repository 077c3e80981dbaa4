package dev.redial.internal.connection;

import static dev.redial.internal.connection.Dials.NO_LIMIT;
import static dev.redial.internal.connection.Dials.dial;
import static dev.redial.internal.connection.Dials.dialTls;
import static dev.redial.internal.connection.Dials.in;
import static dev.redial.internal.connection.Dials.isTold;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.redial.ClientClosedException;
import dev.redial.ConnectFailedException;
import dev.redial.ConnectTimeoutException;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.KeepAlive;
import dev.redial.ResponseLimits;
import dev.redial.ServerActed;
import dev.redial.TlsHandshakeException;
import dev.redial.internal.connection.Bench.Running;
import dev.redial.internal.wire.PlainWire;
import dev.redial.internal.wire.SocketOptions;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectorTest {

  private final ServerSocket listener = listen();
  private final InetSocketAddress answers = (InetSocketAddress) listener.getLocalSocketAddress();
  private final InetSocketAddress refuses = refusing();

  private static ServerSocket listen() {
    try {
      return new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static InetSocketAddress refusing() {
    try (ServerSocket gone = listen()) {
      return (InetSocketAddress) gone.getLocalSocketAddress();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void stopListening() throws IOException {
    listener.close();
  }

  private static Connector connector() {
    return connector(null);
  }

  private static Connector connector(InetAddress local) {
    return connector(local, Connector.SocketBuffers.SYSTEM);
  }

  private static Connector connector(InetAddress local, Connector.SocketBuffers buffers) {
    try {
      return new Connector(
          KeepAlive.defaults(),
          local,
          SSLContext.getDefault(),
          new SSLParameters(),
          new Connector.Reading(ResponseLimits.defaults(), 16 << 10),
          buffers);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void socketsHaveTheBuffersThatAreAskedFor() throws Exception {
    Connection connection =
        connector(null, new Connector.SocketBuffers(8192, 16384)).open(dial(in(2000), answers));
    PlainWire wire = (PlainWire) connection.wire;
    // Linux doubles what it is asked for.
    assertThat(SocketOptions.of(wire, StandardSocketOptions.SO_RCVBUF)).isBetween(8192, 2 * 8192);
    assertThat(SocketOptions.of(wire, StandardSocketOptions.SO_SNDBUF)).isBetween(16384, 2 * 16384);
    connection.close();
  }

  @Test
  void theConnectTimeoutHolds() throws Exception {
    try (Backlog silent = new Backlog()) {
      long before = System.nanoTime();

      Throwable thrown = catchThrowable(() -> connector().open(dial(in(100), silent.address())));

      assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(100_000_000L);
      assertThat(thrown)
          .isInstanceOf(ConnectTimeoutException.class)
          .hasCauseExactlyInstanceOf(ConnectException.class)
          .hasMessageContaining("HTTP connect timed out");
      assertThat(thrown.getCause()).hasMessage("HTTP connect timed out");
      isTold(thrown, ExchangeStage.CONNECTING);
    }
  }

  @Test
  void anOpenConnectionOutlivesItsConnectTimeout() throws Exception {
    Connection connection = connector().open(dial(in(2000), answers));

    await()
        .during(Duration.ofMillis(2200))
        .atMost(Duration.ofSeconds(10))
        .until(connection.wire::isOpen);
    connection.close();
  }

  /** The kernel's timer for keep-alive, of 100 ticks a second, has the number 2. */
  @Test
  void theKernelProbesThePeerOfAConnectionThatStays() throws Exception {
    Path sockets = Path.of("/proc/net/tcp");
    assumeTrue(Files.isReadable(sockets), "no /proc/net/tcp here");
    Connection connection = connector().open(dial(in(2000), answers));
    Pattern line =
        Pattern.compile(".* 0100007F:%04X 01 \\w+:\\w+ 02:(\\w+) .*".formatted(answers.getPort()));

    long most = KeepAlive.defaults().tcpIdle().toSeconds() * 100;

    await()
        .atMost(Duration.ofSeconds(10))
        .until(() ->
            Files.readAllLines(sockets).stream()
                .map(line::matcher)
                .filter(Matcher::matches)
                .mapToLong(match -> Long.parseLong(match.group(1), 16))
                .anyMatch(ticks -> ticks > 0 && ticks <= most));
    connection.close();
  }

  @Test
  void anInterruptEndsTheConnect() throws Exception {
    try (Backlog silent = new Backlog()) {
      Connector connector = connector();
      AtomicInteger flagged = new AtomicInteger();
      Running<Connection> running =
          Bench.start(() -> {
            try {
              return connector.open(dial(NO_LIMIT, silent.address()));
            } finally {
              if (Thread.currentThread().isInterrupted()) flagged.incrementAndGet();
            }
          });
      await().until(() -> running.thread().getState() == Thread.State.WAITING);

      running.thread().interrupt();

      assertThat(running.failure()).isInstanceOf(InterruptedException.class);
      assertThat(flagged).as("the exception says it").hasValue(0);
    }
  }

  @Test
  void closingEndsAConnectThatIsUnderWayAndAllLaterOnes() throws Exception {
    try (Backlog silent = new Backlog()) {
      Connector connector = connector();
      Running<Connection> running =
          Bench.start(() -> connector.open(dial(NO_LIMIT, silent.address())));
      await().until(() -> running.thread().getState() == Thread.State.WAITING);

      connector.close();

      Throwable thrown = running.failure();
      assertThat(thrown).isInstanceOf(ClientClosedException.class);
      isTold(thrown, ExchangeStage.CONNECTING);
      assertThatThrownBy(() -> connector.open(dial(NO_LIMIT, answers)))
          .isInstanceOf(ClientClosedException.class);
    }
  }

  @Test
  void aLocalAddressThatCannotBeHadIsAFailedConnect() throws UnknownHostException {
    Connector elsewhere = connector(InetAddress.getByName("192.0.2.1"));

    Throwable thrown = catchThrowable(() -> elsewhere.open(dial(NO_LIMIT, answers)));

    assertThat(thrown).isInstanceOf(ConnectFailedException.class);
    assertThat(((ConnectFailedException) thrown).code()).isEqualTo("EADDRNOTAVAIL");
    isTold(thrown, ExchangeStage.CONNECTING);
  }

  @Test
  void aRefusalIsTold() {
    Throwable thrown = catchThrowable(() -> connector().open(dial(NO_LIMIT, refuses)));

    assertThat(thrown)
        .isInstanceOf(ConnectFailedException.class)
        .isInstanceOf(ConnectException.class)
        .hasCauseInstanceOf(ConnectException.class)
        .hasMessageContaining(refuses.toString());
    assertThat(thrown.getSuppressed()).isEmpty();
    assertThat(((ConnectFailedException) thrown).code()).isEqualTo("ECONNREFUSED");
    isTold(thrown, ExchangeStage.CONNECTING);
    assertThat(((ExchangeFailure) thrown).evidence().attempt()).isEqualTo(3);
  }

  @Test
  void theOnlyAddressIsConnectedToOnTheCallingThread() throws Exception {
    try (Backlog silent = new Backlog()) {
      Connector connector = connector();
      Running<Connection> running =
          Bench.start(() -> connector.open(dial(NO_LIMIT, silent.address())));
      await()
          .until(() ->
              Arrays.stream(running.thread().getStackTrace())
                  .anyMatch(frame -> frame.getClassName().equals("sun.nio.ch.SocketChannelImpl")));

      connector.close();

      assertThat(running.failure()).isInstanceOf(ClientClosedException.class);
    }
  }

  // TLS

  /** Does something with every connection, without TLS. */
  private AtomicInteger accepting(Accepted does) {
    AtomicInteger accepted = new AtomicInteger();
    Thread unused =
        Thread.ofVirtual()
            .start(() -> {
              while (!listener.isClosed()) {
                try (Socket socket = listener.accept()) {
                  accepted.incrementAndGet();
                  does.with(socket);
                } catch (IOException e) {
                  // The client has gone, or the test is over.
                }
              }
            });
    return accepted;
  }

  private interface Accepted {
    void with(Socket socket) throws IOException;
  }

  @Test
  void anEndInTheHandshakeIsAnEof() {
    AtomicInteger accepted =
        accepting(socket -> {
          byte[] hello = new byte[4096];
          assertThat(socket.getInputStream().read(hello)).isPositive();
          socket.shutdownOutput();
          while (socket.getInputStream().read(hello) > 0) assertThat(hello).isNotEmpty();
        });

    Throwable thrown = catchThrowable(() -> connector().open(dialTls(answers)));

    assertThat(thrown)
        .isInstanceOf(TlsHandshakeException.class)
        .hasRootCauseInstanceOf(EOFException.class);
    assertThat(accepted).hasValue(1);
  }

  @Test
  void theConnectTimeoutCoversTheHandshake() {
    AtomicInteger accepted =
        accepting(socket -> {
          byte[] hello = new byte[4096];
          while (socket.getInputStream().read(hello) > 0) assertThat(hello).isNotEmpty();
        });

    Throwable thrown = catchThrowable(() -> connector().open(dialTls(in(200), answers)));

    assertThat(thrown).isInstanceOf(ConnectTimeoutException.class);
    assertThat(((ConnectTimeoutException) thrown).serverActed()).isEqualTo(ServerActed.NO);
    assertThat(accepted).hasValueLessThanOrEqualTo(1);
  }
}
