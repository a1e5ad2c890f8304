package io.walferry.testkit.process;

import java.nio.charset.StandardCharsets;
import java.util.Scanner;

/** Says its argument, then repeats its input until it ends; says so when its hooks run. */
final class EchoMain {
  private EchoMain() {}

  public static void main(String[] arguments) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
    System.out.println("argument " + arguments[0]);
    try (var input = new Scanner(System.in, StandardCharsets.UTF_8)) {
      while (input.hasNextLine()) {
        System.out.println("heard " + input.nextLine());
      }
    }
  }
}
