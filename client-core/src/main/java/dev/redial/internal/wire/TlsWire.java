package dev.redial.internal.wire;

import java.io.IOException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Placeholder until the engine driver lands. */
public final class TlsWire {
  private TlsWire() {}

  /** Not there yet. */
  @SuppressWarnings("DoNotCallSuggester")
  public static Wire handshake(
      PlainWire below, SSLContext context, SSLParameters parameters, String peerHost, int peerPort)
      throws IOException {
    throw new IOException("TLS to " + peerHost + ":" + peerPort + " is not there yet");
  }
}
