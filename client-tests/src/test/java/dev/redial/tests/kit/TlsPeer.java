package dev.redial.tests.kit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * The server's end of TLS on a plain connection, record by record: a script decides which of them
 * are sent, in which shape, and when.
 *
 * <p>Nothing here sends anything but {@link #handshake}. Confined to the script's thread.
 */
public final class TlsPeer {
  private static final int RECORD_HEADER = 5;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ServedConnection connection;
  private final SSLEngine engine;
  private final RequestReader reader = new RequestReader(new Content());
  private ByteBuffer content = NOTHING; // not read yet

  private TlsPeer(ServedConnection connection, SSLEngine engine) {
    this.connection = connection;
    this.engine = engine;
  }

  /** A peer that speaks that version only. */
  public static TlsPeer on(ServedConnection connection, SSLContext context, String protocol)
      throws IOException {
    return on(connection, context, protocol, engine -> {});
  }

  /** A peer that speaks that version only, with settings of its own. */
  public static TlsPeer on(
      ServedConnection connection,
      SSLContext context,
      String protocol,
      Consumer<SSLEngine> settings)
      throws IOException {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {protocol});
    engine.setSSLParameters(parameters);
    settings.accept(engine);
    engine.beginHandshake();
    return new TlsPeer(connection, engine);
  }

  /** Does the whole handshake, the tickets that end it included. */
  public void handshake() throws IOException {
    for (List<byte[]> flight = flight(); !flight.isEmpty(); flight = flight())
      for (byte[] sent : flight) connection.send(sent);
  }

  /**
   * Reads what the client has to say first, and makes the records with which the server goes on;
   * none when the handshake is done.
   */
  public List<byte[]> flight() throws IOException {
    List<byte[]> records = new ArrayList<>();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          if (!records.isEmpty()) return records;
          read();
        }
        case NEED_TASK -> runTasks();
        case NEED_WRAP -> records.add(sealed(new byte[0]));
        case FINISHED, NOT_HANDSHAKING -> {
          return records;
        }
      }
    }
  }

  /**
   * Reads what the client has to say, which is not good enough, and makes the alert that tells it.
   */
  public byte[] refusal() throws IOException {
    try {
      List<byte[]> flight = flight();
      throw new AssertionError("the server was content: " + flight.size() + " records");
    } catch (SSLException e) {
      return sealed(new byte[0]);
    }
  }

  /** Reads one whole request. */
  public RequestSeen readRequest() throws IOException {
    RequestSeen request = reader.body(reader.head());
    connection.executed(request);
    return request;
  }

  /** A record with that content. */
  public byte[] sealed(String text) throws IOException {
    return sealed(Answers.octets(text));
  }

  /** A record with that content; without content it is the handshake message or alert due. */
  public byte[] sealed(byte[] octets) throws IOException {
    ByteBuffer from = ByteBuffer.wrap(octets);
    ByteBuffer sealed = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    SSLEngineResult result = engine.wrap(from, sealed);
    if (result.getStatus() == Status.BUFFER_OVERFLOW || from.hasRemaining())
      throw new AssertionError("not one record: " + result);
    return taken(sealed);
  }

  /** The alert that ends TLS in an orderly way. */
  public byte[] closeNotify() throws IOException {
    engine.closeOutbound();
    return sealed(new byte[0]);
  }

  /** A fatal alert, for no reason. */
  public byte[] fatalAlert() throws IOException {
    byte[] nonsense = {23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0};
    try {
      SSLEngineResult result = engine.unwrap(ByteBuffer.wrap(nonsense), roomForContent());
      throw new AssertionError("nonsense was accepted: " + result);
    } catch (SSLException e) {
      return sealed(new byte[0]); // says why
    }
  }

  /** A KeyUpdate, which wants an answer; in TLS 1.2 a HelloRequest, which wants a new handshake. */
  public byte[] keyUpdate() throws IOException {
    engine.beginHandshake();
    return sealed(new byte[0]);
  }

  private void runTasks() {
    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask())
      task.run();
  }

  /** Takes in one record; false at the end of TLS. */
  private boolean read() throws IOException {
    byte[] header = connection.read(RECORD_HEADER);
    int length = (Byte.toUnsignedInt(header[3]) << 8) | Byte.toUnsignedInt(header[4]);
    ByteBuffer sealed = ByteBuffer.allocate(RECORD_HEADER + length).put(header);
    sealed.put(connection.read(length)).flip();
    ByteBuffer opened = roomForContent();
    SSLEngineResult result = engine.unwrap(sealed, opened);
    while (sealed.hasRemaining() && result.getStatus() == Status.OK) {
      runTasks();
      result = engine.unwrap(sealed, opened);
    }
    runTasks();
    if (opened.position() > 0) content = opened.flip();
    return result.getStatus() != Status.CLOSED;
  }

  private ByteBuffer roomForContent() {
    return ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
  }

  private static byte[] taken(ByteBuffer buffer) {
    byte[] octets = new byte[buffer.flip().remaining()];
    buffer.get(octets);
    return octets;
  }

  /** What the client has sent, in the clear. */
  private final class Content extends InputStream {

    @Override
    public int read() throws IOException {
      while (!content.hasRemaining()) if (!TlsPeer.this.read()) return -1;
      return Byte.toUnsignedInt(content.get());
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      Objects.checkFromIndexSize(from, length, into.length);
      if (length == 0) return 0;
      while (!content.hasRemaining()) if (!TlsPeer.this.read()) return -1;
      int count = Math.min(length, content.remaining());
      content.get(into, from, count);
      return count;
    }
  }
}
