package dev.redial.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OctetsTest {
  private final Octets octets = new Octets();

  @Test
  void everythingIsAddedBehindTheLast() {
    octets.ascii("ab");
    octets.octet('c');
    octets.octet(0x1ff);
    octets.latin1("\u00e9");
    octets.crlf();
    octets.decimal(42);
    octets.hex(255);
    octets.bytes(new byte[] {'1', '2', '3', '4'}, 1, 2);
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {'5', '6', '7'});
    octets.get(buffer, 2);
    assertThat(text()).isEqualTo("abc\u00ff\u00e9\r\n42ff2356");
    assertThat(buffer.remaining()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        9,
        10,
        11,
        15,
        16,
        17,
        99,
        100,
        255,
        256,
        4095,
        4096,
        1L << 31,
        999_999_999_999L,
        Long.MAX_VALUE
      })
  void numbersAreAddedInDigits(long number) {
    octets.decimal(number);
    octets.octet(' ');
    octets.hex(number);
    assertThat(text()).isEqualTo(number + " " + Long.toHexString(number));
  }

  @Test
  void numbersAreNotNegative() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> octets.decimal(-1))
        .withMessage("Negative: -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> octets.hex(-1))
        .withMessage("Negative: -1");
    assertThat(octets.length()).isZero();
  }

  @Test
  void noCharacterIsCutDownToAnother() {
    octets.ascii("x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> octets.ascii("a\u0080"))
        .withMessage("A character above U+007f");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> octets.latin1("\u010d\u010a"))
        .withMessage("A character above U+00ff");
    octets.ascii("\u007f\0");
    octets.latin1("\u00ff\0");
    assertThat(text()).isEqualTo("x\u007f\0\u00ff\0");
  }

  @Test
  void theArrayGrowsByAnyAmount() {
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      octets.octet('a');
      octets.crlf();
      octets.ascii("b".repeat(i));
      expected.append("a\r\n").append("b".repeat(i));
    }
    octets.bytes(new byte[100_000], 0, 100_000);
    expected.append("\0".repeat(100_000));
    assertThat(text()).isEqualTo(expected.toString());
  }

  @Test
  void roomIsMadeOnceOnly() {
    octets.ensure(1000);
    byte[] array = octets.array();
    assertThat(array.length).isGreaterThanOrEqualTo(1000);
    octets.ascii("a".repeat(array.length));
    assertThat(octets.array()).isSameAs(array);
    octets.octet('a');
    assertThat(octets.array()).isNotSameAs(array).hasSize(2 * array.length);
  }

  @Test
  void aLineEndFindsRoomToo() {
    octets.ascii("a".repeat(511));
    octets.crlf();
    assertThat(text()).isEqualTo("a".repeat(511) + "\r\n");
  }

  @Test
  void memoryIsTakenWithTheFirstOctet() {
    assertThat(octets.array()).isEmpty();
    octets.octet('a');
    assertThat(octets.array()).hasSize(512);
  }

  @Test
  void aClearedOneKeepsItsArrayUnlessThatIsLarge() {
    octets.ensure(64 << 10);
    octets.octet('a');
    byte[] array = octets.array();
    octets.clear();
    assertThat(octets.length()).isZero();
    assertThat(octets.array()).isSameAs(array).hasSize(64 << 10);
    octets.ensure((64 << 10) + 1);
    octets.clear();
    assertThat(octets.array()).isEmpty();
  }

  @Test
  void moreThanAnArrayHoldsIsRefused() {
    octets.octet('a');
    assertThatThrownBy(() -> octets.ensure(Integer.MAX_VALUE))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageEndingWith(": 2147483648");
    assertThat(octets.length()).isEqualTo(1);
  }

  @Test
  void noMoreIsTakenOutOfABufferThanItHas() {
    ByteBuffer buffer = ByteBuffer.allocate(2);
    assertThatThrownBy(() -> octets.get(buffer, 3)).isInstanceOf(BufferUnderflowException.class);
    assertThat(octets.length()).isZero();
  }

  private String text() {
    return new String(octets.array(), 0, octets.length(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void whatIsToBeWrittenIsWhatWasAdded() {
    Octets octets = new Octets();
    for (int size : new int[] {3, 5_000, 100_000, 7}) {
      octets.clear();
      octets.ascii("a".repeat(size));

      assertThat(octets.written().remaining()).isEqualTo(size);
      assertThat(octets.written()).isEqualTo(ByteBuffer.wrap(octets.toArray()));
      assertThat(octets.written()).isSameAs(octets.written());
    }
    octets.ascii("b");
    assertThat(octets.written().get(7)).isEqualTo((byte) 'b');
  }
}
