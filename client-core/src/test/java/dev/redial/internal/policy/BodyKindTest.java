package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BodyKindTest {
  private static final byte[] OCTETS = {1, 2, 3};

  @Test
  void whatHoldsItsOctetsIsKnownByItsClass() {
    assertThat(BodyKind.of(BodyPublishers.noBody())).isEqualTo(BodyKind.IN_MEMORY);
    assertThat(BodyKind.of(BodyPublishers.ofString("x"))).isEqualTo(BodyKind.IN_MEMORY);
    assertThat(BodyKind.of(BodyPublishers.ofByteArray(OCTETS))).isEqualTo(BodyKind.IN_MEMORY);
    assertThat(BodyKind.of(BodyPublishers.ofByteArray(OCTETS, 1, 1))).isEqualTo(BodyKind.IN_MEMORY);
  }

  @Test
  void aFileMayWaitForItsDisk(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("body"), OCTETS);

    assertThat(BodyKind.of(BodyPublishers.ofFile(file))).isEqualTo(BodyKind.FILE);
    assertThat(BodyKind.FILE.publishesAgain()).isTrue();
  }

  /** Behind each of them is code of the caller's. */
  @Test
  void nothingIsKnownOfTheRest() {
    BodyPublisher known = BodyPublishers.ofByteArray(OCTETS);

    assertThat(BodyKind.of(BodyPublishers.ofByteArrays(List.of(OCTETS))))
        .isEqualTo(BodyKind.UNKNOWN);
    assertThat(BodyKind.of(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(OCTETS))))
        .isEqualTo(BodyKind.UNKNOWN);
    assertThat(BodyKind.of(BodyPublishers.concat(known, known))).isEqualTo(BodyKind.UNKNOWN);
    assertThat(BodyKind.of(BodyPublishers.fromPublisher(known, 3))).isEqualTo(BodyKind.UNKNOWN);
    assertThat(BodyKind.of(new ByteArrayPublisher())).isEqualTo(BodyKind.UNKNOWN);
    assertThat(BodyKind.UNKNOWN.publishesAgain()).isFalse();
  }

  /** Has the name, but not the module. */
  private static final class ByteArrayPublisher implements BodyPublisher {
    @Override
    public long contentLength() {
      throw new AssertionError("the class alone counts");
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      throw new AssertionError("the class alone counts");
    }
  }
}
