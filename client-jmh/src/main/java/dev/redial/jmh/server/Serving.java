package dev.redial.jmh.server;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** One thread that serves every connection of some listeners. */
final class Serving implements Runnable {
  private final Selector selector;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
  private final Answers answers = new Answers();
  private final List<Conversation> gathered = new ArrayList<>();

  // Written by the serving thread alone.
  private final AtomicLong connections = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();

  Serving() throws IOException {
    this.selector = Selector.open();
  }

  /** Serves a listener too; before the thread is started. */
  void add(ServerSocketChannel listener, Function<SocketChannel, Octets> octets)
      throws IOException {
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT, octets);
  }

  long connections() {
    return connections.get();
  }

  long requests() {
    return requests.get();
  }

  Answers answers() {
    return answers;
  }

  void sawRequest() {
    requests.lazySet(requests.getPlain() + 1);
  }

  /** Answers once so many conversations have come together. */
  void gather(Conversation conversation, int crowd) throws IOException {
    gathered.add(conversation);
    if (gathered.size() < crowd) return;
    for (Conversation waiting : gathered) waiting.send(answers.small());
    gathered.clear();
  }

  @Override
  public void run() {
    try {
      while (true) selector.select(this::proceed);
    } catch (IOException e) {
      throw new IllegalStateException("cannot select", e);
    }
  }

  private void proceed(SelectionKey key) {
    if (key.attachment() instanceof Conversation conversation) proceed(conversation);
    else accept(key);
  }

  private void proceed(Conversation conversation) {
    try {
      conversation.proceed(buffer);
    } catch (IOException e) {
      end(conversation);
    }
  }

  /** The client ended the connection its own way; that it did so is no concern of the server. */
  private static void end(Conversation conversation) {
    try {
      conversation.close();
    } catch (IOException e) {
      throw new IllegalStateException("cannot close", e);
    }
  }

  @SuppressWarnings("unchecked")
  private void accept(SelectionKey listener) {
    try {
      SocketChannel channel = ((ServerSocketChannel) listener.channel()).accept();
      if (channel == null) return;
      connections.lazySet(connections.getPlain() + 1);
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      Octets octets = ((Function<SocketChannel, Octets>) listener.attachment()).apply(channel);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      key.attach(new Conversation(octets, key, this));
    } catch (IOException e) {
      throw new IllegalStateException("cannot accept", e);
    }
  }
}
