package dev.redial.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When nobody is to look for answers. */
@Timeout(60)
class RecessTest {
  /** The clock may stand anywhere, and passes from the highest number to the lowest. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, -3_000_000, Long.MAX_VALUE, Long.MAX_VALUE - 5_000_001})
  void itBeginsAfterAWhileAndEndsWithWhoeverBeganIt(long start) {
    Recess recess = new Recess(start);
    long due = start + Recess.LOOKING_NANOS;

    assertThat(recess.begin(due - 2)).isZero();
    assertThat(recess.isOn(due - 2)).isFalse();
    assertThat(recess.isOn(due)).isFalse();
    long begun = recess.begin(due);
    assertThat(begun).isNotZero();
    assertThat(recess.isOn(due)).isTrue();
    assertThat(recess.isOn(due + Recess.LONGEST_NANOS - 2)).isTrue();

    long ended = due + Recess.LONGEST_NANOS - 2;
    recess.end(begun, ended);

    assertThat(recess.isOn(ended)).isFalse();
    assertThat(recess.begin(ended + Recess.LOOKING_NANOS - 2)).isZero();
    assertThat(recess.begin(ended + Recess.LOOKING_NANOS)).isNotZero();
  }

  @Test
  void itIsOverOnceItLastsTooLong() {
    Recess recess = new Recess(0);
    recess.begin(Recess.LOOKING_NANOS);
    long over = Recess.LOOKING_NANOS + Recess.LONGEST_NANOS + 2;

    assertThat(recess.isOn(over)).isFalse();
    assertThat(recess.begin(over)).as("one is over: there is time to look").isZero();

    assertThat(recess.begin(over + Recess.LOOKING_NANOS - 2)).isZero();
    assertThat(recess.begin(over + Recess.LOOKING_NANOS)).isNotZero();
  }

  @Test
  void whoComesBackLateDoesNotEndTheNextOne() {
    Recess recess = new Recess(0);
    long late = recess.begin(Recess.LOOKING_NANOS);
    long over = Recess.LOOKING_NANOS + Recess.LONGEST_NANOS + 2;
    recess.begin(over);
    long next = recess.begin(over + Recess.LOOKING_NANOS);

    recess.end(late, over + Recess.LOOKING_NANOS);

    assertThat(recess.isOn(over + Recess.LOOKING_NANOS)).isTrue();
    recess.end(next, over + Recess.LOOKING_NANOS);
    assertThat(recess.isOn(over + Recess.LOOKING_NANOS)).isFalse();
  }

  @Test
  void oneOfManyBeginsIt() throws Exception {
    for (int round = 0; round < 200; round++) {
      Recess recess = new Recess(0);
      List<Bench.Running<Long>> callers = new ArrayList<>();
      for (int i = 0; i < 8; i++)
        callers.add(Bench.start(() -> recess.begin(Recess.LOOKING_NANOS)));

      List<Long> begun = new ArrayList<>();
      for (Bench.Running<Long> caller : callers) begun.add(caller.get());

      assertThat(begun.stream().filter(b -> b != 0)).hasSize(1);
    }
  }
}
