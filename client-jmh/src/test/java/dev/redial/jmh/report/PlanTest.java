package dev.redial.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.jmh.Exchange;
import dev.redial.jmh.peer.PeerName;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PlanTest {

  @Test
  void nothingSaidMeansAllClientsAndAllGets() {
    Plan plan = Plan.of();

    assertThat(plan.clients()).containsExactly(PeerName.values());
    assertThat(plan.cases()).extracting(Case::callers).containsExactly(1, 64, 1_000, 10_000);
    assertThat(plan.cases()).extracting(Case::exchange).containsOnly(Exchange.GET);
    assertThat(plan.parts()).isFalse();
    assertThat(plan.time()).isEqualTo(Duration.ofMinutes(15));
  }

  @Test
  void aChoiceIsKept() {
    Plan plan = Plan.of("--cases", "get,tls,parts", "--callers", "64", "--clients", "redial,floor");

    assertThat(plan.cases())
        .containsExactly(new Case(Exchange.GET, 64), new Case(Exchange.TLS, 64));
    assertThat(plan.clients()).containsExactly(PeerName.REDIAL, PeerName.FLOOR);
    assertThat(plan.parts()).isTrue();
  }

  @Test
  void everythingCanBeAskedFor() {
    Plan plan = Plan.of("--cases", "all");

    assertThat(plan.cases()).extracting(Case::exchange).contains(Exchange.values());
    assertThat(plan.parts()).isTrue();
  }

  @Test
  void whatIsNotUnderstoodIsNamed() {
    assertThatThrownBy(() -> Plan.of("--rounds", "3")).hasMessageContaining("--rounds");
  }

  @Test
  void anOptionNeedsItsValue() {
    assertThatThrownBy(() -> Plan.of("--clients")).hasMessageContaining("--clients");
  }

  @Test
  void aPlanWithoutACaseIsNone() {
    assertThatThrownBy(() -> Plan.of("--callers", "5")).hasMessageContaining("[5]");
  }
}
