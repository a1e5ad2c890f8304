package io.walferry.bench.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The JVMs of those who are measured: the same JDK and the same largest heap for everybody.
 *
 * @param heap as {@code -Xmx} takes it
 */
record Jvm(String heap) {
  /** As {@code ./walferry run} has it. */
  private static final List<String> OURS = List.of("-Xms32m", "-XX:+UseSerialGC");

  /** A main class of ours and the arguments that each of our clients gets. */
  List<String> ours(Class<?> main, Task task) {
    String uri = task.source().database().uri();
    List<String> words = ours(main);
    words.addAll(List.of(uri, task.slot(), task.load().load().publication()));
    words.add(task.load().end().toString());
    words.add(task.destination().map(it -> it.database().uri()).orElse(uri));
    return words;
  }

  /** May be appended to. */
  List<String> ours(Class<?> main) {
    return command(OURS, System.getProperty("java.class.path"), main.getName());
  }

  /** With the JVM's own choice of everything else. May be appended to. */
  List<String> theirs(String classPath, String main) {
    return command(List.of(), classPath, main);
  }

  private List<String> command(List<String> options, String classPath, String main) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xmx" + heap, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
    words.addAll(options);
    words.addAll(List.of("-cp", classPath, main));
    return words;
  }
}
