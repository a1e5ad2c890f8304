package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a terminal of 24 lines and 80 columns shows in the end. */
final class TerminalTest {
  private static final String ERASED = "\033[K";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Terminal terminal = terminal(true);

  @Test
  void statusLinesStayBelowTheOthers() {
    terminal.status(List.of("a: 1", "b: 1"));
    terminal.say("log");
    terminal.status(List.of("a: 2", "b: 1"));
    assertEquals(List.of("log", "a: 2", "b: 1"), screen());
    terminal.status(List.of("a: 3"));
    terminal.say("more");
    assertEquals(List.of("log", "more", "a: 3"), screen());
    terminal.endStatus();
    terminal.say("end");
    assertEquals(List.of("log", "more", "end", ""), screen());
  }

  @Test
  void whatDoesNotFitIsCut() {
    terminal.status(List.of("x".repeat(500)));
    assertEquals(1, screen().size());
    terminal.status(IntStream.range(0, 500).mapToObj(i -> "line " + i).toList());
    List<String> shown = screen();
    assertEquals("line 0", shown.getFirst());
    assertEquals("… and %d more".formatted(501 - shown.size()), shown.getLast());
    terminal.endStatus();
    assertEquals(List.of(""), screen());
  }

  @Test
  void nothingIsShownWhereNobodyLooks() {
    terminal(false).status(List.of("a", "b"));
    assertEquals("", bytes.toString(StandardCharsets.UTF_8));
  }

  private Terminal terminal(boolean interactive) {
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new Terminal(stream, stream, Map.of(), interactive);
  }

  /** Carries out the few things that a status line asks of a terminal. */
  private List<String> screen() {
    ArrayList<StringBuilder> lines = new ArrayList<>();
    lines.add(new StringBuilder());
    int line = 0;
    String text = bytes.toString(StandardCharsets.UTF_8);
    for (int at = 0; at < text.length(); at++) {
      if (text.startsWith(ERASED, at)) {
        lines.get(line).setLength(0);
        at += ERASED.length() - 1;
      } else if (text.startsWith("\033[A", at)) {
        line--;
        at += 2;
      } else if (text.charAt(at) == '\n') {
        line++;
        if (line == lines.size()) {
          lines.add(new StringBuilder());
        }
      } else if (text.charAt(at) != '\r') {
        lines.get(line).append(text.charAt(at));
      }
    }
    return lines.subList(0, line + 1).stream().map(StringBuilder::toString).toList();
  }
}
