package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.redial.internal.wire.Probe;
import dev.redial.internal.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSession;

/**
 * A wire in memory. What is read comes from a script, piece by piece; what is written is kept.
 *
 * <p>When the script is used up a reader waits until the wire is closed, as on a silent peer.
 */
final class ScriptedWire implements Wire {
  private sealed interface Step {
    /** A read returns octets of one piece only. */
    record Piece(ByteBuffer octets) implements Step {}

    record End() implements Step {}

    record Failure(IOException thrown) implements Step {}

    /** The peer says nothing before it has got so many octets. */
    record OnceSent(long octets) implements Step {}

    record Once(BooleanSupplier condition) implements Step {}
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<Step> script = new ArrayDeque<>();
  private final ArrayDeque<Step> early = new ArrayDeque<>();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private long acceptable = Long.MAX_VALUE;
  private BooleanSupplier counting = () -> true;
  private IOException writeFailure;
  private boolean open = true;
  private boolean reading;
  private boolean writing;
  private boolean duplex;
  private long sent;
  private long received;
  private int reads;
  private int looks;
  private int writes;
  private int rests;
  private int closes;
  private Optional<SSLSession> session = Optional.empty();

  /** A piece for each text. */
  ScriptedWire says(String... pieces) {
    for (String piece : pieces) says(piece.getBytes(ISO_8859_1));
    return this;
  }

  ScriptedWire says(byte[] piece) {
    return piece.length == 0 ? this : then(new Step.Piece(ByteBuffer.wrap(piece)));
  }

  /** What comes before the first request: octets, or the end if there are none. */
  ScriptedWire speaksFirst(String octets) {
    lock.lock();
    try {
      early.add(
          octets.isEmpty()
              ? new Step.End()
              : new Step.Piece(ByteBuffer.wrap(octets.getBytes(ISO_8859_1))));
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** The same, with a failure. */
  ScriptedWire failsFirst(IOException thrown) {
    lock.lock();
    try {
      early.add(new Step.Failure(thrown));
    } finally {
      lock.unlock();
    }
    return this;
  }

  ScriptedWire octetByOctet(byte[] octets) {
    for (byte octet : octets) says(new byte[] {octet});
    return this;
  }

  ScriptedWire fin() {
    return then(new Step.End());
  }

  ScriptedWire rst() {
    return fails(new SocketException("Connection reset"));
  }

  ScriptedWire fails(IOException thrown) {
    return then(new Step.Failure(thrown));
  }

  ScriptedWire onceSent(long octets) {
    return then(new Step.OnceSent(octets));
  }

  /** Whoever makes the condition true has to call {@link #look}. */
  ScriptedWire once(BooleanSupplier condition) {
    return then(new Step.Once(condition));
  }

  void look() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private ScriptedWire then(Step step) {
    lock.lock();
    try {
      script.add(step);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Writes wait for ever once so many octets were accepted: the peer reads no more. */
  ScriptedWire acceptsOnly(long octets) {
    lock.lock();
    try {
      acceptable = octets;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Writes fail once so many octets were accepted. */
  ScriptedWire breaksAfter(long octets, IOException thrown) {
    lock.lock();
    try {
      acceptable = octets;
      writeFailure = thrown;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** What is written is with the peer, but counted, and the write over, only then. */
  ScriptedWire countsOnce(BooleanSupplier condition) {
    counting = condition;
    return this;
  }

  ScriptedWire breaksAfter(long octets) {
    return breaksAfter(octets, new IOException("Broken pipe"));
  }

  ScriptedWire withSession(SSLSession given) {
    session = Optional.of(given);
    return this;
  }

  String written() {
    lock.lock();
    try {
      return written.toString(ISO_8859_1);
    } finally {
      lock.unlock();
    }
  }

  boolean isReading() {
    lock.lock();
    try {
      return reading;
    } finally {
      lock.unlock();
    }
  }

  boolean isWriting() {
    lock.lock();
    try {
      return writing;
    } finally {
      lock.unlock();
    }
  }

  /** How often somebody looked for octets without waiting, those in vain included. */
  int looks() {
    lock.lock();
    try {
      return looks;
    } finally {
      lock.unlock();
    }
  }

  /** How often somebody asked for octets, those in vain included, but for looks that found none. */
  int reads() {
    lock.lock();
    try {
      return reads;
    } finally {
      lock.unlock();
    }
  }

  int writes() {
    lock.lock();
    try {
      return writes;
    } finally {
      lock.unlock();
    }
  }

  int rests() {
    return rests;
  }

  int closes() {
    lock.lock();
    try {
      return closes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) throw new IllegalArgumentException("no room to read into: " + into);
    lock.lock();
    try {
      if (!open) throw new ClosedChannelException();
      mustBePrepared(writing);
      reading = true;
      reads++;
      while (true) {
        Step step = script.peek();
        switch (step) {
          case Step.Piece piece -> {
            return take(piece.octets(), into, script);
          }
          case Step.End end -> {
            return -1;
          }
          case Step.Failure failure -> throw failure.thrown();
          case Step.OnceSent gate when sent >= gate.octets() -> script.remove();
          case Step.Once gate when gate.condition().getAsBoolean() -> script.remove();
          case null, default -> park();
        }
      }
    } finally {
      reading = false;
      lock.unlock();
    }
  }

  @Override
  public int readAvailable(ByteBuffer into) throws IOException {
    lock.lock();
    try {
      if (!open) throw new ClosedChannelException();
      if (reading || writing) throw new IllegalStateException("looked at while it is used");
      duplex = false;
      looks++;
      int octets = sent == 0 ? available(into, early) : available(into, script);
      if (octets > 0) reads++;
      return octets;
    } finally {
      lock.unlock();
    }
  }

  private int available(ByteBuffer into, ArrayDeque<Step> from) throws IOException {
    while (true) {
      Step step = from.peek();
      switch (step) {
        case Step.Piece piece -> {
          return take(piece.octets(), into, from);
        }
        case Step.Failure failure -> throw failure.thrown();
        case Step.End end -> {
          return -1;
        }
        case Step.OnceSent gate when sent >= gate.octets() -> from.remove();
        case Step.Once gate when gate.condition().getAsBoolean() -> from.remove();
        case null, default -> {
          return 0;
        }
      }
    }
  }

  private int take(ByteBuffer octets, ByteBuffer into, ArrayDeque<Step> from) {
    int count = Math.min(octets.remaining(), into.remaining());
    for (int i = 0; i < count; i++) into.put(octets.get());
    if (!octets.hasRemaining()) from.remove();
    received += count;
    return count;
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    lock.lock();
    try {
      if (!open) throw new ClosedChannelException();
      mustBePrepared(reading);
      writing = true;
      writes++;
      while (from.hasRemaining()) {
        int accepted = 0;
        while (from.hasRemaining() && sent + accepted < acceptable) {
          written.write(from.get());
          accepted++;
        }
        changed.signalAll();
        while (!counting.getAsBoolean()) changed.awaitUninterruptibly();
        sent += accepted;
        changed.signalAll();
        if (!from.hasRemaining()) return;
        if (writeFailure != null) throw writeFailure;
        park();
      }
    } finally {
      writing = false;
      lock.unlock();
    }
  }

  @Override
  public void beginDuplex() throws IOException {
    lock.lock();
    try {
      if (!open) throw new ClosedChannelException();
      if (reading || writing) throw new IllegalStateException("prepared while it is used");
      duplex = true;
    } finally {
      lock.unlock();
    }
  }

  private void mustBePrepared(boolean otherIsAtIt) {
    if (otherIsAtIt && !duplex)
      throw new IllegalStateException("not prepared for reader and writer");
  }

  @SuppressWarnings("WaitNotInLoop") // the loops are those of its callers
  private void park() throws IOException {
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new ClosedByInterruptException();
    }
    if (!open) throw new AsynchronousCloseException();
  }

  @Override
  public long sent() {
    lock.lock();
    try {
      return sent;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long received() {
    lock.lock();
    try {
      return received;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Probe probe() {
    lock.lock();
    try {
      Step step = script.peek();
      if (!open) return Probe.RST;
      duplex = false;
      return switch (step) {
        case Step.Piece piece -> Probe.OCTETS;
        case Step.End end -> Probe.FIN;
        case Step.Failure failure -> Probe.RST;
        case null, default -> Probe.ALIVE;
      };
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void rest() {
    rests++;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      open = false;
      closes++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isOpen() {
    lock.lock();
    try {
      return open;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<SSLSession> session() {
    return session;
  }
}
