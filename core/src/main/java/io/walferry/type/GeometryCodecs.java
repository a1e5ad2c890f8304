package io.walferry.type;

import io.walferry.value.Geometry;
import io.walferry.value.Geometry.Box;
import io.walferry.value.Geometry.Circle;
import io.walferry.value.Geometry.Line;
import io.walferry.value.Geometry.Path;
import io.walferry.value.Geometry.Point;
import io.walferry.value.Geometry.Polygon;
import io.walferry.value.Geometry.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The geometric types. */
final class GeometryCodecs {
  static final Codec<Point> POINT =
      codec(Point.class, GeometryCodecs::point, GeometryCodecs::pointBinary);

  static final Codec<Line> LINE =
      codec(
          Line.class,
          in -> {
            in.expect('{');
            double a = FloatText.readDouble(in);
            in.expect(',');
            double b = FloatText.readDouble(in);
            in.expect(',');
            double c = FloatText.readDouble(in);
            in.expect('}');
            return new Line(a, b, c);
          },
          in -> new Line(in.float64(), in.float64(), in.float64()));

  static final Codec<Segment> LSEG =
      codec(
          Segment.class,
          in -> {
            in.expect('[');
            Point start = point(in);
            in.expect(',');
            Point end = point(in);
            in.expect(']');
            return new Segment(start, end);
          },
          in -> new Segment(pointBinary(in), pointBinary(in)));

  static final Codec<Box> BOX =
      codec(
          Box.class,
          in -> {
            Point high = point(in);
            in.expect(',');
            return new Box(high, point(in));
          },
          in -> new Box(pointBinary(in), pointBinary(in)));

  static final Codec<Path> PATH =
      codec(
          Path.class,
          in -> {
            boolean closed = in.peek() == '(';
            return new Path(closed, closed ? points(in, '(', ')') : points(in, '[', ']'));
          },
          in -> new Path(in.next() != 0, pointsBinary(in)));

  static final Codec<Polygon> POLYGON =
      codec(
          Polygon.class,
          in -> new Polygon(points(in, '(', ')')),
          in -> new Polygon(pointsBinary(in)));

  static final Codec<Circle> CIRCLE =
      codec(
          Circle.class,
          in -> {
            in.expect('<');
            Point center = point(in);
            in.expect(',');
            double radius = FloatText.readDouble(in);
            in.expect('>');
            return new Circle(center, radius);
          },
          in -> new Circle(pointBinary(in), in.float64()));

  private static final int POINT_BYTES = 16;

  private GeometryCodecs() {}

  private static <T extends Geometry> Codec<T> codec(
      Class<T> type, Function<ByteInput, T> text, Function<ByteInput, T> binary) {
    return new ScalarCodec<>(type, text, binary, GeometryCodecs::print);
  }

  private static Point point(ByteInput in) {
    in.expect('(');
    double x = FloatText.readDouble(in);
    in.expect(',');
    double y = FloatText.readDouble(in);
    in.expect(')');
    return new Point(x, y);
  }

  private static Point pointBinary(ByteInput in) {
    return new Point(in.float64(), in.float64());
  }

  private static List<Point> points(ByteInput in, char open, char close) {
    List<Point> points = new ArrayList<>();
    in.expect(open);
    do {
      points.add(point(in));
    } while (in.skipIf(','));
    in.expect(close);
    return points;
  }

  private static List<Point> pointsBinary(ByteInput in) {
    int count = in.count(POINT_BYTES);
    List<Point> points = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      points.add(pointBinary(in));
    }
    return points;
  }

  private static String print(Geometry geometry) {
    return switch (geometry) {
      case Point(double x, double y) -> "(" + numbers(x, y) + ")";
      case Line(double a, double b, double c) -> "{" + numbers(a, b, c) + "}";
      case Segment(Point start, Point end) -> "[" + print(start) + "," + print(end) + "]";
      case Box(Point high, Point low) -> print(high) + "," + print(low);
      case Path(boolean closed, List<Point> points) ->
          closed ? "(" + print(points) + ")" : "[" + print(points) + "]";
      case Polygon(List<Point> points) -> "(" + print(points) + ")";
      case Circle(Point center, double radius) ->
          "<" + print(center) + "," + FloatText.print(radius) + ">";
    };
  }

  private static String print(List<Point> points) {
    return points.stream().map(GeometryCodecs::print).collect(Collectors.joining(","));
  }

  private static String numbers(double... numbers) {
    StringBuilder out = new StringBuilder();
    for (double number : numbers) {
      out.append(out.isEmpty() ? "" : ",").append(FloatText.print(number));
    }
    return out.toString();
  }
}
