package dev.redial.jmh.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;

/** One connection of a client. Confined to the serving thread. */
final class Conversation {
  private final Octets octets;
  private final SelectionKey key;
  private final Serving serving;

  /** The octets of a request that came in several pieces; null while there are none. */
  private ByteBuffer pieces;

  private ByteBuffer answer;
  private boolean closesAfterAnswer;

  Conversation(Octets octets, SelectionKey key, Serving serving) {
    this.octets = octets;
    this.key = key;
    this.serving = serving;
  }

  /** Goes on with whatever the connection is ready for. */
  void proceed(ByteBuffer buffer) throws IOException {
    if (answer != null) write();
    else if (read(buffer)) answer(buffer);
  }

  /** Answers, now or as soon as the connection takes it. */
  void send(ByteBuffer encoded) throws IOException {
    answer = encoded;
    write();
  }

  void close() throws IOException {
    key.channel().close();
  }

  /** Whether the buffer holds a whole request. */
  private boolean read(ByteBuffer buffer) throws IOException {
    buffer.clear();
    if (pieces != null) buffer.put(pieces);
    pieces = null;
    int count = octets.read(buffer);
    buffer.flip();
    if (count < 0) close();
    else if (buffer.hasRemaining()) return isComplete(buffer);
    return false;
  }

  private boolean isComplete(ByteBuffer buffer) {
    if (RequestScan.bodyLength(buffer) >= 0) return true;
    pieces = ByteBuffer.allocate(buffer.limit()).put(buffer).flip();
    return false;
  }

  private void answer(ByteBuffer request) throws IOException {
    serving.sawRequest();
    switch (RequestScan.resource(request)) {
      case 's' -> send(serving.answers().small());
      case 'l' -> send(serving.answers().length(RequestScan.bodyLength(request)));
      case 'b' -> send(serving.answers().big());
      case 'c' -> {
        closesAfterAnswer = true;
        send(serving.answers().closing());
      }
      case 't' -> serving.gather(this, RequestScan.number(request, Resource.TOGETHER));
      default -> throw new IOException("no such resource");
    }
  }

  private void write() throws IOException {
    boolean done = octets.write(answer);
    if (done) answer = null;
    if (done && closesAfterAnswer) close();
    else await(done ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
  }

  private void await(int readiness) {
    if (key.interestOps() != readiness) key.interestOps(readiness);
  }
}
