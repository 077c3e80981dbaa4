package dev.redial.tests.equality;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/**
 * Generates a table in which every pair of values of two dimensions occurs in some row, if there
 * can be such a row, and fills it up with random rows; always the same one.
 */
final class CoveringTable {
  private static final int CANDIDATES = 60;
  private static final int PATIENCE = 500;

  private final Random random = new Random(20261101);
  private final int[] sizes = Combination.DIMENSIONS.stream().mapToInt(List::size).toArray();
  private final BitSet covered = new BitSet();
  private final List<Combination> rows = new ArrayList<>();

  private CoveringTable() {}

  /** A table of at least that many rows. */
  static List<Combination> ofAtLeast(int count) {
    CoveringTable table = new CoveringTable();
    table.coverPairs();
    while (table.rows.size() < count) table.add(table.possibleRow());
    return table.rows;
  }

  /** Greedily: of some random rows the one with the most pairs that no row has yet. */
  private void coverPairs() {
    for (int inVain = 0; inVain < PATIENCE; ) {
      int[] best = possibleRow();
      for (int i = 1; i < CANDIDATES; i++) {
        int[] candidate = possibleRow();
        if (news(candidate) > news(best)) best = candidate;
      }
      if (news(best) == 0) inVain++;
      else add(best);
    }
  }

  private int[] possibleRow() {
    while (true) {
      int[] row = new int[sizes.length];
      for (int i = 0; i < row.length; i++) row[i] = random.nextInt(sizes[i]);
      if (Combination.of(row).possible()) return row;
    }
  }

  private void add(int[] row) {
    rows.add(Combination.of(row));
    covered.or(pairs(row));
  }

  private int news(int[] row) {
    BitSet pairs = pairs(row);
    pairs.andNot(covered);
    return pairs.cardinality();
  }

  /** One bit for each pair of values in a row. */
  private BitSet pairs(int... row) {
    BitSet pairs = new BitSet();
    int base = 0;
    for (int i = 0; i < row.length; i++) {
      for (int j = i + 1; j < row.length; j++) {
        pairs.set(base + row[i] * sizes[j] + row[j]);
        base += sizes[i] * sizes[j];
      }
    }
    return pairs;
  }
}
