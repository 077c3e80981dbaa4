package dev.redial.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.redial.internal.pool.Chain.Link;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainTest {
  private final Chain<String> chain = new Chain<>();
  private final List<Link<String>> links = new ArrayList<>();

  private void stock(String elements) {
    for (String element : elements.split("")) {
      Link<String> link = new Link<>(element);
      links.add(link);
      chain.add(link);
    }
  }

  private void assertHolds(String elements) {
    StringBuilder forwards = new StringBuilder();
    for (Link<String> link = chain.oldest(); link != null; link = link.newer())
      forwards.append(link.element);
    StringBuilder backwards = new StringBuilder();
    for (Link<String> link = chain.newest(); link != null; link = link.older())
      backwards.append(link.element);
    assertThat(forwards).hasToString(elements);
    assertThat(backwards.reverse()).hasToString(elements);
    assertThat(chain.size()).isEqualTo(elements.length());
    assertThat(chain.isEmpty()).isEqualTo(elements.isEmpty());
    for (Link<String> link : links)
      assertThat(chain.contains(link)).isEqualTo(elements.contains(link.element));
  }

  /** Which of abcd leave, in that order, and what is left. */
  @ParameterizedTest
  @CsvSource({
    "'', abcd",
    "a, bcd",
    "b, acd",
    "d, abc",
    "ab, cd",
    "ba, cd",
    "dc, ab",
    "bc, ad",
    "ad, bc",
    "abcd, ''",
    "dcba, ''",
    "bdac, ''"
  })
  void anyoneLeavesFromAnywhere(String leaving, String left) {
    stock("abcd");
    for (char gone : leaving.toCharArray()) chain.remove(links.get(gone - 'a'));
    assertHolds(left);
  }

  @Test
  void whoLeftMayComeBackAsTheNewest() {
    stock("abc");
    chain.remove(links.get(0));
    assertThat(links.get(0).newer()).isNull();
    chain.add(links.get(0));
    assertHolds("bca");
    chain.remove(links.get(2));
    assertThat(links.get(2).older()).isNull();
    assertThat(links.get(2).newer()).isNull();
    assertHolds("ba");
  }

  @Test
  void aLinkIsInOneChainOnly() {
    stock("ab");
    Chain<String> other = new Chain<>();
    Link<String> foreign = new Link<>("x");
    other.add(foreign);

    assertThatIllegalStateException()
        .isThrownBy(() -> chain.add(links.get(0)))
        .withMessage("already in a chain: a");
    assertThatIllegalStateException()
        .isThrownBy(() -> chain.add(foreign))
        .withMessage("already in a chain: x");
    assertThatIllegalStateException()
        .isThrownBy(() -> chain.remove(foreign))
        .withMessage("not in this chain: x");
    assertThatIllegalStateException()
        .isThrownBy(() -> chain.remove(new Link<>("new")))
        .withMessage("not in this chain: new");
    assertHolds("ab");
    assertThat(other.contains(foreign)).isTrue();
  }
}
