package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Histories of one origin, in milliseconds, and what is believed at their ends.
 *
 * <p>{@code close(at, kept, ended)} is an idle connection found ended, {@code hangUp(at, age)} one
 * that ended under a request, {@code reuse(at, age)} one that worked, {@code alive(at, age)} a look
 * that found an idle one not ended; {@code early(at, opened, proven)} an early close.
 */
class LessonTest {

  interface Observation {
    void tell(Lesson lesson);
  }

  private static Observation close(long at, long kept, long ended) {
    return lesson -> lesson.sawClose(nanos(kept), nanos(ended), clock(at - ended), true, clock(at));
  }

  private static Observation hangUp(long at, long age) {
    return lesson -> lesson.sawHangUp(nanos(age), clock(at - age), true, clock(at));
  }

  private static Observation reuse(long at, long age) {
    return lesson -> lesson.sawReuse(nanos(age), clock(at));
  }

  private static Observation alive(long at, long age) {
    return lesson -> lesson.sawAlive(nanos(age), clock(at));
  }

  private static Observation early(long at, long opened, boolean proven) {
    return lesson -> lesson.sawClose(0, nanos(20), clock(opened), proven, clock(at));
  }

  private static Observation earlyHangUp(long at, long opened, boolean proven) {
    return lesson -> lesson.sawHangUp(nanos(20), clock(opened), proven, clock(at));
  }

  private static final String NOTHING = "nothing";
  private static final long MINUTE = 60_000;

  static Stream<Arguments> histories() {
    return Stream.of(
        history("nothing seen", 0, NOTHING),
        history("a close is believed at once", 5_250, "5000", close(5_250, 5_000, 5_250)),
        history("for 5 minutes", 5_250 + 5 * MINUTE, NOTHING, close(5_250, 5_000, 5_250)),
        history("nearly", 5_249 + 5 * MINUTE, "5000", close(5_250, 5_000, 5_250)),
        history("a hang-up only shortens", 6_000, "6000 unwitnessed", hangUp(6_000, 6_000)),
        history("so do looks far apart", 9_000, "8000 unwitnessed", close(9_000, 1_000, 8_000)),
        history("half a second is near", 9_000, "3500", close(9_000, 3_500, 4_000)),
        history("more is far", 9_000, "4000 unwitnessed", close(9_000, 3_499, 4_000)),
        history("a tenth of the age is near", 70_000, "54000", close(70_000, 54_000, 60_000)),
        history(
            "agreeing closes narrow it",
            20_000,
            "5000",
            close(10_000, 4_800, 5_050),
            close(20_000, 5_000, 5_250)),
        history(
            "two are not enough for an hour",
            20_000 + 5 * MINUTE,
            NOTHING,
            close(10_000, 4_800, 5_050),
            close(20_000, 4_900, 5_100)),
        history(
            "three are",
            30_000 + 59 * MINUTE,
            "4900 confirmed",
            close(10_000, 4_800, 5_050),
            close(20_000, 4_900, 5_100),
            close(30_000, 4_900, 5_100)),
        history(
            "but no longer",
            30_000 + 60 * MINUTE,
            NOTHING,
            close(10_000, 4_800, 5_050),
            close(20_000, 4_900, 5_100),
            close(30_000, 4_900, 5_100)),
        history(
            "three in one second are one",
            11_000,
            "4900",
            close(10_000, 4_800, 5_050),
            close(10_300, 4_900, 5_100),
            close(10_999, 4_900, 5_100)),
        history(
            "with jitter the lower holds",
            20_000,
            "4850",
            close(10_000, 5_000, 5_100),
            close(20_000, 4_800, 4_900)),
        history(
            "in whichever order",
            20_000,
            "4850",
            close(10_000, 4_800, 4_900),
            close(20_000, 5_000, 5_100)),
        history(
            "a lower one is believed at once",
            20_000,
            "2000",
            close(10_000, 5_000, 5_100),
            close(20_000, 2_000, 2_250)),
        history(
            "a higher one that was watched too",
            20_000,
            "7000",
            close(10_000, 5_000, 5_100),
            close(20_000, 7_000, 7_250)),
        history(
            "a hang-up later is none",
            20_000,
            "5000",
            close(10_000, 5_000, 5_100),
            hangUp(20_000, 7_000)),
        history(
            "nor are looks far apart",
            20_000,
            "5000",
            close(10_000, 5_000, 5_100),
            close(20_000, 6_000, 9_000)),
        history(
            "a close bears out a hang-up",
            20_000,
            "5000",
            hangUp(10_000, 5_000),
            close(20_000, 4_900, 5_150)),
        history(
            "a hang-up does not take the witness away",
            20_000,
            "5000",
            close(10_000, 4_900, 5_150),
            hangUp(20_000, 5_000)),
        history(
            "at a minute the jitter is 3 %",
            80_000, "58200", close(70_000, 58_000, 58_600), close(80_000, 60_000, 60_100)),
        history(
            "a hang-up earlier counts",
            20_000,
            "3000 unwitnessed",
            close(10_000, 5_000, 5_100),
            hangUp(20_000, 3_000)),
        history(
            "a reuse beyond the limit raises it",
            20_000,
            "8000",
            close(10_000, 5_000, 5_100),
            reuse(20_000, 8_000)),
        history(
            "not one within the jitter",
            20_000,
            "5000",
            close(10_000, 5_000, 5_100),
            reuse(20_000, 5_252)),
        history(
            "a look at one that outlives it raises it as well",
            20_000,
            "5253",
            close(10_000, 5_000, 5_100),
            alive(20_000, 5_253)),
        history(
            "not within the jitter",
            20_000,
            "5000",
            close(10_000, 5_000, 5_100),
            alive(20_000, 5_252)),
        history(
            "nor where a middlebox may have forgotten it",
            20_000,
            "5000 unwitnessed",
            hangUp(10_000, 5_000),
            alive(20_000, 9_000)),
        history(
            "a confirmed belief is raised like any other",
            40_000,
            "6000",
            close(10_000, 4_900, 5_000),
            close(20_000, 4_900, 5_000),
            close(30_000, 4_900, 5_000),
            alive(40_000, 6_000)),
        history(
            "for 5 minutes, then nothing is known",
            40_000 + 5 * MINUTE,
            NOTHING,
            close(10_000, 4_900, 5_000),
            close(20_000, 4_900, 5_000),
            close(30_000, 4_900, 5_000),
            alive(40_000, 6_000)),
        history(
            "nor one of an origin of which nothing is believed",
            20_000,
            NOTHING,
            reuse(20_000, 8_000)),
        history(
            "different ages within a second are an event",
            10_500,
            NOTHING,
            close(10_000, 5_000, 5_250),
            close(10_500, 20_000, 20_600)),
        history(
            "which leaves what was believed before",
            20_500,
            "5000",
            close(10_000, 5_000, 5_250),
            close(20_000, 2_000, 2_250),
            close(20_500, 4_000, 4_250)),
        history(
            "and silences the rest of the second",
            10_900,
            NOTHING,
            close(10_000, 5_000, 5_250),
            close(10_500, 20_000, 20_600),
            close(10_900, 7_000, 7_250)),
        history(
            "but no more",
            11_000,
            "7000",
            close(10_000, 5_000, 5_250),
            close(10_500, 20_000, 20_600),
            close(11_000, 7_000, 7_250)),
        history(
            "a tenth apart is one timer",
            10_500,
            "20000",
            close(10_000, 18_500, 19_000),
            close(10_500, 20_000, 20_600)),
        history(
            "a hang-up makes an event too",
            10_500,
            NOTHING,
            close(10_000, 5_000, 5_250),
            hangUp(10_500, 2_000)),
        history(
            "a contradiction of a confirmed belief holds",
            40_000,
            "2000",
            close(10_000, 4_900, 5_000),
            close(20_000, 4_900, 5_000),
            close(30_000, 4_900, 5_000),
            close(40_000, 2_000, 2_250)),
        history(
            "for a minute",
            40_000 + MINUTE,
            "4900 confirmed",
            close(10_000, 4_900, 5_000),
            close(20_000, 4_900, 5_000),
            close(30_000, 4_900, 5_000),
            close(40_000, 2_000, 2_250)),
        history(
            "unless it is borne out",
            50_000 + MINUTE,
            "2000",
            close(10_000, 4_900, 5_000),
            close(20_000, 4_900, 5_000),
            close(30_000, 4_900, 5_000),
            close(40_000, 2_000, 2_250),
            close(50_000, 2_000, 2_250)),
        history("one early close is nothing", 100, NOTHING, early(100, 0, false)),
        history("nor two", 200, NOTHING, early(100, 0, false), early(200, 150, false)),
        history(
            "three in a row are a habit",
            300,
            "0 unwitnessed",
            early(100, 0, false),
            early(200, 150, false),
            early(300, 250, false)),
        history(
            "hang-ups as well",
            300,
            "0 unwitnessed",
            earlyHangUp(100, 0, false),
            early(200, 150, false),
            earlyHangUp(300, 250, false)),
        history(
            "a fourth at once changes nothing",
            400,
            "0 unwitnessed",
            early(100, 0, false),
            early(200, 150, false),
            early(300, 250, false),
            early(400, 250, false)),
        history(
            "not in a row if they were open all the time",
            300,
            NOTHING,
            early(100, 0, false),
            early(200, 0, false),
            early(300, 0, false)),
        history(
            "a reuse that works breaks the row",
            300,
            NOTHING,
            early(100, 0, false),
            early(200, 150, false),
            reuse(210, 1),
            early(300, 250, false)),
        history(
            "connections that were reused do not count",
            300,
            NOTHING,
            early(100, 0, true),
            early(200, 150, true),
            early(300, 250, true)),
        history(
            "an early close unmasks an event",
            10_200,
            NOTHING,
            close(10_000, 300, 550),
            early(10_200, 0, true)),
        history(
            "and forebodes one", 10_900, NOTHING, early(10_000, 0, true), close(10_900, 300, 550)),
        history(
            "a server of one second",
            4_000,
            "810 confirmed",
            close(1_000, 800, 1_050),
            close(2_000, 960, 1_210),
            close(3_000, 700, 950)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("histories")
  void history(String name, long at, String believed, List<Observation> history) {
    Lesson lesson = new Lesson(IdleRule.UNKNOWN);
    for (Observation observation : history) observation.tell(lesson);
    assertThat(describe(lesson.believed(clock(at)))).as(name).isEqualTo(believed);
  }

  private static Arguments history(
      String name, long at, String believed, Observation... observations) {
    return arguments(name, at, believed, List.of(observations));
  }

  private static String describe(@Nullable Belief belief) {
    if (belief == null) return NOTHING;
    return belief.limitNanos() / 1_000_000
        + (belief.witnessed() ? "" : " unwitnessed")
        + (belief.confirmed() ? " confirmed" : "");
  }

  private static long nanos(long millis) {
    return millis * 1_000_000;
  }

  /** Overflows after 25 s. */
  private static long clock(long millis) {
    return Long.MAX_VALUE - nanos(25_000) + nanos(millis);
  }
}
