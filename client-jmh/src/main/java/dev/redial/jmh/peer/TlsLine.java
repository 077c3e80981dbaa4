package dev.redial.jmh.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A TLS socket of the JDK. */
final class TlsLine extends Line {
  private final SSLSocket socket;
  private final InputStream in;
  private final OutputStream out;

  TlsLine(URI uri, SSLContext tls) throws IOException {
    socket = (SSLSocket) tls.getSocketFactory().createSocket(uri.getHost(), uri.getPort());
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  @Override
  void write(byte[] octets) throws IOException {
    out.write(octets);
  }

  @Override
  int read(byte[] into, int from, int length) throws IOException {
    return in.read(into, from, length);
  }

  @Override
  void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
