package dev.redial.internal.wire;

import static dev.redial.internal.wire.WireFailure.CLOSED;
import static dev.redial.internal.wire.WireFailure.DENIED;
import static dev.redial.internal.wire.WireFailure.FILTERED;
import static dev.redial.internal.wire.WireFailure.FIN;
import static dev.redial.internal.wire.WireFailure.HOST_UNREACHABLE;
import static dev.redial.internal.wire.WireFailure.INTERRUPTED;
import static dev.redial.internal.wire.WireFailure.LOCAL_ADDRESS_IN_USE;
import static dev.redial.internal.wire.WireFailure.NETWORK_UNREACHABLE;
import static dev.redial.internal.wire.WireFailure.NO_DESCRIPTOR;
import static dev.redial.internal.wire.WireFailure.NO_LOCAL_ADDRESS;
import static dev.redial.internal.wire.WireFailure.OTHER;
import static dev.redial.internal.wire.WireFailure.PROTOCOL;
import static dev.redial.internal.wire.WireFailure.REFUSED;
import static dev.redial.internal.wire.WireFailure.RST;
import static dev.redial.internal.wire.WireFailure.TIMED_OUT;
import static dev.redial.internal.wire.WireFailure.TLS;
import static dev.redial.internal.wire.WireFailure.UNKNOWN_HOST;
import static dev.redial.internal.wire.WireFailure.UNSUPPORTED_FAMILY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WireFailureTest {

  static Stream<Arguments> failures() {
    return Stream.of(
        arguments(new SocketException("Connection reset"), RST),
        arguments(new IOException("Connection reset by peer"), RST),
        arguments(new IOException("Broken pipe"), RST),
        arguments(new SocketException("Protocol wrong type for socket"), RST),
        arguments(
            new IOException("An existing connection was forcibly closed by the remote host"), RST),
        arguments(
            new IOException(
                "An established connection was aborted by the software in your host machine"),
            RST),
        arguments(new EOFException(), FIN),
        arguments(new TlsTruncatedException(), FIN),
        arguments(new SSLHandshakeException("terminated", new EOFException()), FIN),
        arguments(new SSLException("Received fatal alert: bad_record_mac"), TLS),
        arguments(new SSLException("reset is a word that alerts may contain"), TLS),
        arguments(new AsynchronousCloseException(), CLOSED),
        arguments(new ClosedChannelException(), CLOSED),
        arguments(new ClosedByInterruptException(), INTERRUPTED),
        arguments(new ConnectException("Connection refused"), REFUSED),
        arguments(new ConnectException(), REFUSED),
        arguments(new ConnectException("Connection timed out"), TIMED_OUT),
        arguments(new IOException("Connection timed out"), TIMED_OUT),
        arguments(new SocketTimeoutException("Connect timed out"), TIMED_OUT),
        arguments(new ConnectException("Network is unreachable"), NETWORK_UNREACHABLE),
        arguments(new SocketException("Network is unreachable"), NETWORK_UNREACHABLE),
        arguments(new SocketException("Network is down"), NETWORK_UNREACHABLE),
        arguments(new NoRouteToHostException("No route to host"), HOST_UNREACHABLE),
        arguments(new NoRouteToHostException("Kein Weg"), HOST_UNREACHABLE),
        arguments(new SocketException("Host is down"), HOST_UNREACHABLE),
        arguments(new UnknownHostException("nowhere"), UNKNOWN_HOST),
        arguments(new BindException("Cannot assign requested address"), NO_LOCAL_ADDRESS),
        arguments(new BindException("Address already in use"), LOCAL_ADDRESS_IN_USE),
        arguments(new BindException("Permission denied"), DENIED),
        arguments(new SocketException("Operation not permitted"), FILTERED),
        arguments(new SocketException("Too many open files"), NO_DESCRIPTOR),
        arguments(
            new SocketException("Address family not supported by protocol"), UNSUPPORTED_FAMILY),
        arguments(new ProtocolException("not HTTP"), PROTOCOL),
        arguments(new IOException("Verbindung unterbrochen"), OTHER),
        arguments(new IOException(), OTHER));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void eachFailureHasAMeaning(IOException failure, WireFailure expected) {
    assertThat(WireFailure.of(failure)).isEqualTo(expected);
  }

  @Test
  void eachHasAName() {
    assertThat(WireFailure.values())
        .allSatisfy(failure -> assertThat(failure.code()).matches("E[A-Z]+"));
    assertThat(REFUSED.code()).isEqualTo("ECONNREFUSED");
    assertThat(NO_DESCRIPTOR.code()).isEqualTo("EMFILE");
  }
}
