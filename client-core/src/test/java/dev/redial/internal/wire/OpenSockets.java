package dev.redial.internal.wire;

import static dev.redial.internal.wire.Parked.soon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a class of tests after which more sockets are open than before. Linux only. */
final class OpenSockets implements BeforeAllCallback, AfterAllCallback {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private long before;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    Peer.Pair.open().close(); // the JDK keeps a socket of its own once it has closed one
    before = count();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    soon().until(() -> count() <= before);
  }

  private static long count() {
    if (!Files.isDirectory(DESCRIPTORS)) return 0;
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      return descriptors.filter(OpenSockets::isSocket).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }
}
