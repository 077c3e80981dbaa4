package dev.redial.internal;

import dev.redial.internal.call.CallEncounters;
import dev.redial.internal.connection.ExchangeEncounters;
import dev.redial.internal.pool.PoolEncounters;
import dev.redial.internal.wire.AlarmEncounters;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The encounters of all packages. */
final class Encounters {
  private Encounters() {}

  static Stream<Arguments> all() {
    return Stream.of(
            PoolEncounters.all(),
            AlarmEncounters.all(),
            ExchangeEncounters.all(),
            CallEncounters.all())
        .flatMap(each -> each.entrySet().stream())
        .map(each -> Arguments.arguments(each.getKey(), each.getValue()));
  }
}
