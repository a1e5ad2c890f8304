package io.walferry.sinks.jsonlines;

import java.nio.file.Path;

/**
 * Which of the files that follow one another the open one is. Its position lines say so, since
 * those before it may be taken away at any time.
 *
 * @param number of the file, from 1
 * @param firstLineSeconds when its first line was written, in seconds of the epoch; 0 before that
 */
record FilePart(long number, long firstLineSeconds) {
  /** The file behind this one, which has no lines yet. */
  FilePart next() {
    return new FilePart(number + 1, 0);
  }

  FilePart begunAt(long seconds) {
    return firstLineSeconds == 0 ? new FilePart(number, seconds) : this;
  }

  /** What the file is called once it is closed: such names sort in the order of the files. */
  Path closedName(Path file) {
    return file.resolveSibling(stem(file) + "-" + "%010d".formatted(number) + ending(file));
  }

  /** The number of a closed file of that open file; 0 if it is none. */
  static long numberOf(Path closed, Path file) {
    String name = String.valueOf(closed.getFileName());
    String stem = stem(file) + "-";
    String ending = ending(file);
    if (!name.startsWith(stem)
        || !name.endsWith(ending)
        || name.length() < stem.length() + ending.length()) {
      return 0;
    }
    String number = name.substring(stem.length(), name.length() - ending.length());
    return number.matches("[0-9]{10}") ? Long.parseLong(number) : 0;
  }

  private static String stem(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(0, name.length() - ending(file).length());
  }

  private static String ending(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? "" : name.substring(dot);
  }
}
