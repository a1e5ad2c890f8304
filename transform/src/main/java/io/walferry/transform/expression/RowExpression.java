package io.walferry.transform.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.error.DidYouMean;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.type.RowType;
import io.walferry.type.TypeCatalog;
import io.walferry.type.TypedRow;
import io.walferry.type.ValueText;
import io.walferry.value.Extended;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An expression in CEL over the columns of one relation, compiled once. It has neither loops nor a
 * clock: the same row always gives the same result, after a number of steps that the expression's
 * length and the row's size bound. For any threads.
 *
 * @see <a href="https://cel.dev">Common Expression Language</a>
 */
public final class RowExpression {
  private final String text;
  private final Relation relation;
  private final RowType type;
  private final Map<String, Input> inputs;
  private final Result result;
  private final CelRuntime.Program program;

  private record Input(int column, Variable variable) {}

  private RowExpression(
      String text,
      Relation relation,
      Map<String, Input> inputs,
      Result result,
      CelRuntime.Program program) {
    this.text = text;
    this.relation = relation;
    this.type = new RowType(relation, TypeCatalog.BUILT_IN);
    this.inputs = inputs;
    this.result = result;
    this.program = program;
  }

  /** What is wrong with a text of which the columns are not known yet. */
  public static Optional<String> syntaxProblem(String text) {
    try {
      CelAbstractSyntaxTree unused =
          CelCompilerFactory.standardCelCompilerBuilder().build().parse(text).getAst();
      return Optional.empty();
    } catch (CelValidationException e) {
      return Optional.of(said(e));
    }
  }

  /**
   * Compiles an expression.
   *
   * @param relation of the rows that it is about
   * @throws WalferryException {@code CONFIGURATION_INVALID} if it means nothing for them
   */
  public static RowExpression compile(String text, Relation relation) {
    Map<String, Input> variables = variables(relation);
    CelCompilerBuilder compiler =
        CelCompilerFactory.standardCelCompilerBuilder().addLibraries(CelExtensions.strings());
    variables.forEach((name, input) -> compiler.addVar(name, input.variable().type()));
    try {
      CelAbstractSyntaxTree tree = compiler.build().compile(text).getAst();
      Result result =
          Result.of(tree.getResultType())
              .orElseThrow(
                  () ->
                      invalid(
                          text,
                          relation,
                          "its result is of type "
                              + tree.getResultType().name()
                              + "; expected bool, int, double, string, bytes or timestamp, as"
                              + " string(…) makes one"));
      CelRuntime runtime =
          CelRuntimeFactory.standardCelRuntimeBuilder()
              .addLibraries(CelExtensions.strings())
              .build();
      return new RowExpression(
          text, relation, used(tree, variables), result, runtime.createProgram(tree));
    } catch (CelValidationException e) {
      throw invalid(text, relation, said(e) + hint(e, relation));
    } catch (CelEvaluationException e) {
      throw invalid(text, relation, "it cannot be run: " + e.getErrorCode());
    }
  }

  private static Map<String, Input> variables(Relation relation) {
    Map<String, Input> variables = new LinkedHashMap<>();
    for (int i = 0; i < relation.columns().size(); i++) {
      Column column = relation.columns().get(i);
      int at = i;
      Variable.of(column).ifPresent(it -> variables.put(column.name(), new Input(at, it)));
    }
    return variables;
  }

  private static Map<String, Input> used(CelAbstractSyntaxTree tree, Map<String, Input> variables) {
    List<String> names =
        CelNavigableAst.fromAst(tree)
            .getRoot()
            .allNodes()
            .filter(node -> node.getKind() == CelExpr.ExprKind.Kind.IDENT)
            .map(node -> node.expr().ident().name())
            .toList();
    Map<String, Input> used = new LinkedHashMap<>(variables);
    used.keySet().retainAll(names);
    return used;
  }

  private static String said(CelValidationException e) {
    return e.getErrors().stream()
        .map(CelIssue::getMessage)
        .map(message -> message.replace(" (in container '')", ""))
        .collect(Collectors.joining("; "));
  }

  private static String hint(CelValidationException e, Relation relation) {
    String start = "undeclared reference to '";
    List<String> names = relation.columns().stream().map(Column::name).toList();
    return e.getErrors().stream()
        .map(CelIssue::getMessage)
        .filter(message -> message.startsWith(start))
        .map(message -> message.substring(start.length(), message.indexOf('\'', start.length())))
        .map(name -> DidYouMean.suffix(name, names))
        .collect(Collectors.joining());
  }

  private static WalferryException invalid(String text, Relation relation, String why) {
    return new WalferryException(
        ErrorCode.CONFIGURATION_INVALID,
        "expression \"" + text + "\" for table " + relation.table() + ": " + why);
  }

  public Result result() {
    return result;
  }

  /** The columns that it looks at. */
  public List<Integer> inputs() {
    return inputs.values().stream().map(Input::column).toList();
  }

  /**
   * Whether the result is true; NULL is not.
   *
   * @throws WalferryException {@code TRANSFORM_FAILED} if there is no result for this row
   */
  public boolean holds(Row row) {
    return Boolean.TRUE.equals(evaluate(row));
  }

  /**
   * The result as PostgreSQL would print it; empty for NULL.
   *
   * @throws WalferryException {@code TRANSFORM_FAILED} if there is no result for this row
   */
  public Optional<String> text(Row row) {
    return switch (evaluate(row)) {
      case NullValue nothing -> Optional.empty();
      case String string -> Optional.of(string);
      case Boolean truth -> Optional.of(truth ? "t" : "f");
      case Long number -> Optional.of(number.toString());
      case CelByteString bytes ->
          Optional.of("\\x" + HexFormat.of().formatHex(bytes.toByteArray()));
      case Double number -> printed(Result.DOUBLE, number);
      case Instant instant -> printed(Result.TIMESTAMP, Extended.of(instant));
      default -> throw failed("a result of another type than was announced");
    };
  }

  private Optional<String> printed(Result as, Object value) {
    return Optional.of(
        ValueText.print(TypeCatalog.BUILT_IN.type(as.typeOid()), value)
            .orElseThrow(() -> failed("a result that PostgreSQL cannot print")));
  }

  /** CEL's own messages may show values, and so may the causes of what they say. */
  private Object evaluate(Row row) {
    TypedRow typed = type.over(row);
    try {
      return program.eval(
          name -> Optional.ofNullable(inputs.get(name)).map(input -> read(typed, input)));
    } catch (CelEvaluationException e) {
      throw failed(e.getErrorCode().name());
    }
  }

  private Object read(TypedRow row, Input input) {
    try {
      return input.variable().read(row, input.column());
    } catch (RuntimeException e) {
      throw failed(
          "column "
              + relation.columns().get(input.column()).name()
              + " has a value that CEL cannot hold, or none");
    }
  }

  private WalferryException failed(String how) {
    return new WalferryException(
        ErrorCode.TRANSFORM_FAILED,
        "expression \"" + text + "\" failed on a row of table " + relation.table() + ": " + how);
  }
}
