package dev.redial.examples.race;

import java.util.List;

/** The keep-alive race as a program; {@code --help} tells how it is used. */
public final class Main {
  private static final int SOUND = 0;
  private static final int UNSOUND = 1;
  private static final int BAD_OPTIONS = 2;

  private Main() {}

  /**
   * Runs the race and ends the virtual machine with 0 if Redial lost no GET and repeated no POST, 1
   * if it did, 2 if the options are bad.
   *
   * @param args the options
   * @throws Exception if the race could not be run
   */
  public static void main(String[] args) throws Exception {
    System.exit(run(List.of(args)));
  }

  private static int run(List<String> args) throws Exception {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println("--help lists the options.");
      return BAD_OPTIONS;
    }
    if (options.help()) {
      System.out.print(Options.USAGE);
      return SOUND;
    }
    Race race = new Race(options, System.out, isTerminal(), System.nanoTime());
    Race.Results results = race.run();
    System.out.println();
    System.out.println(Report.of(results.jdk(), results.redial()));
    return results.redial().isSound() ? SOUND : UNSOUND;
  }

  // JDK 22 to 24 have a console even where there is no terminal; the line then just looks worse.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    return System.console() != null;
  }
}
