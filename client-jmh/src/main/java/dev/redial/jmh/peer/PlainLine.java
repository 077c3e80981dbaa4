package dev.redial.jmh.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A blocking channel. */
final class PlainLine extends Line {
  private final SocketChannel channel;
  private ByteBuffer sending = ByteBuffer.allocate(0);
  private ByteBuffer receiving = ByteBuffer.allocate(0);

  PlainLine(URI uri) throws IOException {
    channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort()));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  @Override
  void write(byte[] octets) throws IOException {
    sending = around(octets, sending);
    sending.clear();
    while (sending.hasRemaining()) channel.write(sending);
  }

  @Override
  int read(byte[] into, int from, int length) throws IOException {
    receiving = around(into, receiving);
    return channel.read(receiving.limit(from + length).position(from));
  }

  /** The same buffer again, as nearly always the array is the same. */
  @SuppressWarnings({"ReferenceEquality", "ByteBufferBackingArray"}) // made by wrap()
  private static ByteBuffer around(byte[] octets, ByteBuffer last) {
    return last.array() == octets ? last : ByteBuffer.wrap(octets);
  }

  @Override
  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
