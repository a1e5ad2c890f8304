package io.walferry.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What Linux tells of a process, as long as it lives. */
final class ProcessFiles {
  /** The unit of times in {@code /proc}, on every platform of Linux. */
  private static final double TICKS_PER_SECOND = 100;

  /** Of the words after the program's name: user and system time, all threads, in ticks. */
  private static final int USER_TIME = 11;

  private static final int SYSTEM_TIME = 12;
  private static final String PEAK = "VmHWM:";

  private ProcessFiles() {}

  static boolean supported() {
    return Files.isReadable(Path.of("/proc/self/stat"));
  }

  static OptionalDouble cpuSeconds(long pid) {
    try {
      String text = Files.readString(file(pid, "stat"));
      // The name stands in parentheses and may hold blanks.
      String[] words = text.substring(text.lastIndexOf(')') + 2).split(" ");
      long ticks = Long.parseLong(words[USER_TIME]) + Long.parseLong(words[SYSTEM_TIME]);
      return OptionalDouble.of(ticks / TICKS_PER_SECOND);
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }

  /** The most that was resident at any time, shared memory included. */
  static OptionalLong peakBytes(long pid) {
    try {
      List<String> lines = Files.readAllLines(file(pid, "status"));
      return lines.stream()
          .filter(line -> line.startsWith(PEAK))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private static Path file(long pid, String name) {
    return Path.of("/proc", Long.toString(pid), name);
  }
}
