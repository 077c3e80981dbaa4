package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdleMemoryTest {
  private final IdleMemory<String> memory = new IdleMemory<>(3, route -> IdleRule.UNKNOWN);

  @Test
  void connectionsToOneServerShareALesson() {
    assertThat(memory.lesson("a", "10.0.0.1")).isSameAs(memory.lesson("a", "10.0.0.1"));
    assertThat(memory.lesson("a", null)).isSameAs(memory.lesson("a", null));
  }

  @Test
  void neitherAnotherAddressNorAnotherOriginDoes() {
    Lesson lesson = memory.lesson("a", "10.0.0.1");
    assertThat(memory.lesson("a", "10.0.0.2")).isNotSameAs(lesson);
    assertThat(memory.lesson("b", "10.0.0.1")).isNotSameAs(lesson);
  }

  @Test
  void theLeastRecentlyConnectedToIsForgotten() {
    Lesson a = memory.lesson("a", null);
    Lesson b = memory.lesson("b", null);
    Lesson c = memory.lesson("c", null);
    assertThat(memory.lesson("a", null)).isSameAs(a);
    memory.lesson("d", null);
    assertThat(memory.size()).isEqualTo(3);
    assertThat(memory.lesson("a", null)).isSameAs(a);
    assertThat(memory.lesson("c", null)).isSameAs(c);
    assertThat(memory.lesson("b", null)).isNotSameAs(b);
  }
}
