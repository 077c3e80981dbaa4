package dev.redial.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
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

    assertThat(recess.ask(start)).isEqualTo(Recess.LOOK);
    assertThat(recess.ask(due - 2)).isEqualTo(Recess.LOOK);
    long begun = recess.ask(due);
    assertThat(begun).isNotIn(Recess.LOOK, Recess.WAIT);
    assertThat(recess.ask(due)).isEqualTo(Recess.WAIT);
    long ended = due + Recess.LOOKING_NANOS - 2;
    assertThat(recess.ask(ended)).isEqualTo(Recess.WAIT);

    recess.end(begun, ended);

    assertThat(recess.ask(ended)).isEqualTo(Recess.LOOK);
    assertThat(recess.ask(ended + Recess.LOOKING_NANOS - 2)).isEqualTo(Recess.LOOK);
    assertThat(recess.ask(ended + Recess.LOOKING_NANOS)).isNotIn(Recess.LOOK, Recess.WAIT);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -Recess.LOOKING_NANOS, Long.MAX_VALUE - Recess.LONGEST_NANOS})
  void lookingGoesOnForAsLongAsItTook(long start) {
    Recess recess = new Recess(start);
    long due = start + Recess.LOOKING_NANOS;
    long length = Recess.LONGEST_NANOS - 2;

    recess.end(recess.ask(due), due + length);

    assertThat(recess.ask(due + 2 * length - 4)).isEqualTo(Recess.LOOK);
    assertThat(recess.ask(due + 2 * length)).isNotIn(Recess.LOOK, Recess.WAIT);
  }

  @Test
  void itIsOverOnceItLastsTooLong() {
    Recess recess = new Recess(0);
    recess.ask(Recess.LOOKING_NANOS);
    long over = Recess.LOOKING_NANOS + Recess.LONGEST_NANOS + 2;

    assertThat(recess.ask(over)).isEqualTo(Recess.LOOK);

    assertThat(recess.ask(over + Recess.LOOKING_NANOS - 2)).isEqualTo(Recess.LOOK);
    assertThat(recess.ask(over + Recess.LOOKING_NANOS)).isNotIn(Recess.LOOK, Recess.WAIT);
  }

  @Test
  void whoComesBackLateDoesNotEndTheNextOne() {
    Recess recess = new Recess(0);
    long late = recess.ask(Recess.LOOKING_NANOS);
    long over = Recess.LOOKING_NANOS + Recess.LONGEST_NANOS + 2;
    recess.ask(over);
    long due = over + Recess.LOOKING_NANOS;
    long next = recess.ask(due);

    recess.end(late, due);

    assertThat(recess.ask(due)).isEqualTo(Recess.WAIT);
    recess.end(next, due);
    assertThat(recess.ask(due)).isEqualTo(Recess.LOOK);
  }

  @Test
  void itIsCalledOffIfNobodyAsked() {
    Recess recess = new Recess(0);
    long late = Recess.LOOKING_NANOS + Recess.CALLED_OFF_NANOS;

    assertThat(recess.ask(late)).isEqualTo(Recess.LOOK);

    assertThat(recess.ask(late + Recess.LOOKING_NANOS - 2)).isEqualTo(Recess.LOOK);
    assertThat(recess.ask(late + Recess.LOOKING_NANOS)).isNotIn(Recess.LOOK, Recess.WAIT);
  }

  @Test
  void oneOfManyBeginsIt() throws Exception {
    for (int round = 0; round < 500; round++) {
      Recess recess = new Recess(0);
      CyclicBarrier together = new CyclicBarrier(4);
      List<Bench.Running<Long>> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++)
        callers.add(
            Bench.start(() -> {
              together.await();
              return recess.ask(Recess.LOOKING_NANOS);
            }));

      List<Long> told = new ArrayList<>();
      for (Bench.Running<Long> caller : callers) told.add(caller.get());

      assertThat(told).filteredOn(t -> t == Recess.WAIT).hasSize(3);
      assertThat(told).doesNotContain(Recess.LOOK);
    }
  }
}
