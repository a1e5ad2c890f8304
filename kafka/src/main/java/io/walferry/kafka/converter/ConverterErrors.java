package io.walferry.kafka.converter;

import java.io.EOFException;
import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;

/** What the exceptions of converters mean, and how much of them may be shown. */
final class ConverterErrors {
  /** Nobody has written more causes than that by intent. */
  private static final int CAUSES_MAX = 16;

  /** Shorter values are in too many texts by chance. */
  private static final int HIDDEN_LENGTH_MIN = 4;

  /** What comes from a connection, and from nothing that was sent through it. */
  private static final List<Class<? extends Exception>> CONNECTION =
      List.of(
          SocketException.class,
          InterruptedIOException.class,
          UnknownHostException.class,
          UnresolvedAddressException.class,
          SSLException.class,
          HttpTimeoutException.class,
          ClosedChannelException.class,
          EOFException.class);

  /** Apicurio's, before version 3. */
  private static final String ERROR_HOLDER =
      "io.apicurio.registry.rest.client.exception.RestClientException";

  private static final List<String> HELD_STATUS = List.of("getError", "getErrorCode");

  /**
   * The ways to the status of an answer in exceptions of registries' clients, which are in the
   * converters' jars: Confluent's, Apicurio's from version 3, and Apicurio's before.
   */
  private static final List<List<String>> STATUS =
      List.of(List.of("getStatus"), List.of("getResponseStatusCode"), HELD_STATUS);

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  private static final Pattern USER_INFO = Pattern.compile("//([^\\s/]+)@");

  private ConverterErrors() {}

  /** The failure and its causes. */
  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Optional<Throwable> next = Optional.of(failure);
        next.isPresent() && chain.size() < CAUSES_MAX;
        next = next.map(Throwable::getCause)) {
      chain.add(next.get());
    }
    return chain;
  }

  /** What shows that a registry could not be asked, or has no answer yet, and may later. */
  static Optional<Throwable> outside(Throwable failure) {
    return chain(failure).stream().filter(ConverterErrors::isOutside).findFirst();
  }

  /** Not each IOException: clients of registries throw one for a schema that does not fit. */
  private static boolean isOutside(Throwable cause) {
    return cause instanceof RetriableException
        || cause instanceof org.apache.kafka.connect.errors.RetriableException
        || cause instanceof TimeoutException
        || CONNECTION.stream().anyMatch(kind -> kind.isInstance(cause))
        || STATUS.stream().flatMap(way -> status(cause, way).stream()).anyMatch(it -> isBusy(it))
        || isUnanswered(cause);
  }

  private static boolean isBusy(int status) {
    return status >= SERVER_ERROR || status == TOO_MANY_REQUESTS;
  }

  /** That client keeps nothing else of a connection that failed, not even the cause. */
  private static boolean isUnanswered(Throwable cause) {
    return cause.getClass().getName().equals(ERROR_HOLDER) && status(cause, HELD_STATUS).isEmpty();
  }

  private static Optional<Integer> status(Throwable cause, List<String> way) {
    Optional<Object> status = Optional.of(cause);
    for (String method : way) {
      status = status.flatMap(it -> answer(it, method));
    }
    return status.filter(Integer.class::isInstance).map(Integer.class::cast);
  }

  /** By the method's name, since we do not have the class; whatever that does. */
  private static Optional<Object> answer(Object of, String method) {
    try {
      return Optional.ofNullable(of.getClass().getMethod(method).invoke(of));
    } catch (NoSuchMethodException
        | IllegalAccessException
        | InvocationTargetException
        | LinkageError e) {
      return Optional.empty();
    }
  }

  static boolean isInterrupted(Throwable failure) {
    return chain(failure).stream()
        .anyMatch(
            it ->
                it instanceof InterruptedException
                    || it instanceof InterruptException
                    || it instanceof ClosedByInterruptException);
  }

  /** The failure's own words, without what the converter was told: that may be a password. */
  static String said(ConverterSettings settings, Throwable failure) {
    return chain(failure).stream()
        .map(
            it ->
                it.getClass().getSimpleName()
                    + ": "
                    + hidden(settings, String.valueOf(it.getMessage())))
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private static String hidden(ConverterSettings settings, String message) {
    Map<String, String> names = new TreeMap<>(longestFirst());
    new TreeMap<>(settings.properties())
        .forEach((name, value) -> parts(value).forEach(part -> names.putIfAbsent(part, name)));
    String text = message;
    for (Map.Entry<String, String> part : names.entrySet()) {
      text = text.replace(part.getKey(), "{" + part.getValue() + "}");
    }
    return text;
  }

  private static Comparator<String> longestFirst() {
    return Comparator.comparingInt(String::length)
        .reversed()
        .thenComparing(Comparator.naturalOrder());
  }

  /** A value, each of a list, and who logs in by a URL. */
  private static Stream<String> parts(String value) {
    Stream<String> users =
        USER_INFO.matcher(value).results().map((MatchResult url) -> url.group(1));
    return Stream.of(
            Stream.of(value),
            Stream.of(value.split(",", -1)).map(String::strip),
            users.flatMap(
                user -> Stream.of(user, user + "@", user.substring(user.indexOf(':') + 1))))
        .flatMap(part -> part)
        .filter(part -> part.length() >= HIDDEN_LENGTH_MIN);
  }

  /** What kinds of failures they are; their words may hold values of the row. */
  static String kinds(Throwable failure) {
    return chain(failure).stream()
        .map(it -> it.getClass().getSimpleName())
        .distinct()
        .collect(Collectors.joining(", caused by "));
  }

  /** The same failure for who looks for causes, with words that may be shown. */
  static Throwable shown(String words, Throwable failure) {
    Throwable shown = new IllegalStateException(words);
    shown.setStackTrace(failure.getStackTrace());
    return shown;
  }
}
