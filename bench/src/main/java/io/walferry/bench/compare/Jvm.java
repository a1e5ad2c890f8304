package io.walferry.bench.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The same JVM with the same heap for everybody who is measured.
 *
 * @param heap as {@code -Xmx} takes it
 */
record Jvm(String heap) {
  /** A main class of ours and the arguments that each of our clients gets. */
  List<String> ours(Class<?> main, Task task) {
    String uri = task.source().database().uri();
    List<String> words = command(System.getProperty("java.class.path"), main.getName());
    words.addAll(List.of(uri, task.slot(), task.load().load().publication()));
    words.add(task.load().end().toString());
    words.add(task.destination().map(it -> it.database().uri()).orElse(uri));
    return words;
  }

  /** May be appended to. */
  List<String> command(String classPath, String main) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xmx" + heap, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
    words.addAll(List.of("-cp", classPath, main));
    return words;
  }
}
