/// Random small templates, most of which are valid, of what the language has.
struct RandomTemplate {
  var generator: SeededGenerator

  private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &generator) ?? "" }
  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &generator) < percent
  }

  /// A template of a few statements.
  mutating func template() -> String {
    (0..<Int.random(in: 1...3, using: &generator)).map { _ in statement(2) }.joined()
  }

  private mutating func tag(_ content: String) -> String {
    "{%" + pick(["", "-", "", "+"]) + " " + content + " " + pick(["", "-", "", ""]) + "%}"
  }

  private mutating func text() -> String {
    pick([
      "a", " b ", "\n", "  \n", "x\n  ", "{ ", "}", "é", "\t", "{# c #}", "  {#- d -#}  ",
      "{% raw %}{{{% endraw %}",
    ])
  }

  private mutating func statement(_ depth: Int) -> String {
    guard depth > 0 else { return "{{ " + expression(1) + " }}" }
    let body = { (self: inout RandomTemplate) in self.statement(depth - 1) }
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: return text()
    case 1:
      return text() + "{{" + pick(["", "-"]) + " " + expression(2) + " " + pick(["", "-"]) + "}}" + text()
    case 2: return tag("if " + expression(1)) + body(&self) + tag("else") + body(&self) + tag("endif")
    case 3:
      let variable = pick(["i", "x", "y"])
      let filter = chance(30) ? " if " + expression(1) : ""
      return tag(
        "for \(variable) in " + pick(["l", "t", "d", "[1, 2]", "'abc'", "range(3)", expression(1)]) + filter)
        + body(&self)
        + "{{ "
        + pick(["loop.index", "loop.last", "loop.revindex0", "loop.previtem", "loop.nextitem", variable])
        + " }}"
        + (chance(20) ? tag("if \(variable)") + tag(pick(["break", "continue"])) + tag("endif") : "")
        + (chance(30) ? tag("else") + text() : "") + tag("endfor")
    case 4:
      return tag("for k, v in " + pick(["d.items()", "d | dictsort", "[(1, 2), [3, 4]]", expression(1)]))
        + "{{ k }}{{ v }}"
        + body(&self) + tag("endfor")
    case 5: return tag("set " + pick(["x", "y", "s"]) + " = " + expression(2)) + body(&self)
    case 6: return tag("set z" + (chance(30) ? " | upper" : "")) + body(&self) + tag("endset") + "{{ z }}"
    case 7:
      return tag("macro m(a, b=" + expression(1) + ")") + "{{ a }}|" + body(&self) + tag("endmacro")
        + "{{ m(" + expression(1) + (chance(50) ? ", b=" + expression(1) : "") + ") }}"
    case 8:
      return tag("set n = namespace(v=" + expression(1) + ")") + tag("set n.v = " + expression(2))
        + "{{ n.v }}"
    case 9:
      return tag("filter " + pick(["upper", "trim", "title", "replace('a', 'b')"])) + body(&self)
        + tag("endfilter")
    case 10: return tag("with q = " + expression(2)) + "{{ q }}" + body(&self) + tag("endwith")
    default:
      return tag("macro c()") + "<{{ caller() }}>" + tag("endmacro") + tag("call c()") + body(&self)
        + tag("endcall")
    }
  }

  mutating func expression(_ depth: Int) -> String {
    guard depth > 0, chance(90) else { return atom() }
    let a = { (self: inout RandomTemplate) in self.expression(depth - 1) }
    switch Int.random(in: 0..<16, using: &generator) {
    case 0: return atom()
    case 1, 2:
      return "(" + a(&self) + " " + pick(["+", "-", "*", "/", "//", "%", "~", "+", "~"]) + " " + a(&self)
        + ")"
    case 3:
      return "(" + a(&self) + " " + pick(["==", "!=", "<", "<=", ">", ">=", "in", "not in"]) + " " + a(&self)
        + ")"
    case 4: return "(" + a(&self) + " " + pick(["and", "or"]) + " " + a(&self) + ")"
    case 5: return "(not " + a(&self) + ")"
    case 6: return "(" + a(&self) + " if " + a(&self) + (chance(70) ? " else " + a(&self) : "") + ")"
    case 7, 8, 9: return "(" + a(&self) + " | " + filter() + ")"
    case 10:
      let test = pick([
        "defined", "undefined", "none", "string", "mapping", "sequence", "iterable", "number", "integer",
        "float",
        "boolean", "true", "false", "odd", "even", "lower", "upper", "callable", "divisibleby 2", "equalto 1",
        "in [1, 'a']", "sameas none", "gt 1", "lt 'b'", "ne 2",
      ])
      return "(" + a(&self) + " is " + (chance(30) ? "not " : "") + test + ")"
    case 11:
      // Slices of variables and of what has slices: Jinja2 calls slices of other constants undefined, and those
      // of other variables errors.
      return chance(50)
        ? a(&self) + pick(["[0]", "[-1]", "['a']", "[true]", "['upper']"])
        : pick(["s", "l", "t", "x", "d", "u", "'abcdef'", "[1, 2, 3]", "range(5)", "(1, 2)", "d.b"])
          + pick([
            "[1:]", "[:-1]", "[::2]", "[::-1]", "[-2:5]", "[5:1:-1]", "[x:]", "[::0]", "[none:2]",
          ])
    case 12: return a(&self) + "." + method()
    case 13: return "[" + a(&self) + ", " + a(&self) + "]"
    case 14: return "{'a': " + a(&self) + ", " + pick(["'b'", "1", "none", "(1, 2)"]) + ": " + a(&self) + "}"
    default: return pick(["-", "+"]) + a(&self)
    }
  }

  private mutating func atom() -> String {
    pick([
      "1", "2", "0", "-3", "7", "2.5", "-0.5", "1e3", "0.1", "1e20", "true", "false", "none", "'a'", "'b c'",
      "''",
      "'Hello World'", "' pad '", "'a,b,c'", "\"it's\"", "'é漢😀'", "'\\n x \\t'", "'12'", "'3.7'", "'<b>&'",
      "'ß Σ'", "x",
      "y", "s", "u", "l", "l", "d", "d", "t", "m", "[]", "{}", "()", "(1,)", "range(4)", "d.a", "d.z",
      "d['b']", "l[0]",
      "u.v", "'%s-%s'", "['b', 'A', 'a']", "[3, 1, 2]",
    ])
  }

  private mutating func filter() -> String {
    pick([
      "abs", "int", "float", "string", "list", "length", "count", "first", "last", "join", "join(', ')",
      "upper", "lower",
      "title", "capitalize", "trim", "trim('a')", "default('z')", "d('z', true)", "tojson",
      "tojson(indent=2)",
      "tojson(sort_keys=true)", "tojson(ensure_ascii=true)", "sort", "sort(reverse=true)",
      "sort(case_sensitive=true)",
      "dictsort", "dictsort(by='value')", "items | list", "unique | list", "reverse | list", "min", "max",
      "sum", "round",
      "round(1)", "round(-1)", "round(1, 'floor')", "replace('a', 'bb')", "replace('l', '', 1)", "indent",
      "indent(2, true)",
      "batch(2) | list", "batch(3, 0) | list", "slice(2) | list", "wordcount", "truncate(5)", "center(9)",
      "map('upper') | list", "map('string') | join('-')", "map(attribute='a') | list", "select | list",
      "select('string') | list", "reject('none') | list", "selectattr('a') | list",
      "selectattr('a', 'defined') | list",
      "format(1, 'q')", "groupby('a') | list", "map('abs') | list", "select('gt', 1) | list", "int(9)",
      "int(base=16)",
      "float(1.5)", "striptags | length", "attr('a')", "map(attribute='a', default=0) | list",
    ])
  }

  private mutating func method() -> String {
    pick([
      "upper()", "lower()", "strip()", "strip('a ')", "lstrip()", "rstrip('b')", "split()", "split(',')",
      "split('l', 1)",
      "rsplit(' ', 1)", "splitlines()", "startswith('a')", "endswith('d')", "replace('a', 'x')", "title()",
      "capitalize()",
      "swapcase()", "find('l')", "rfind('l')", "index('a')", "count('a')", "count(1)", "join(['p', 'q'])",
      "isdigit()",
      "isalpha()", "islower()", "isupper()", "isspace()", "isalnum()", "zfill(5)", "center(7, '*')",
      "ljust(6)", "rjust(6)",
      "partition('l')", "rpartition('l')", "removeprefix('a')", "removesuffix('d')", "items()", "keys()",
      "values()",
      "get('a')", "get('q', 5)", "format(1, 2)", "a", "b", "append(1)", "pop()", "encode", "copy()",
      "expandtabs(4)",
      "casefold()", "istitle()", "isnumeric()", "isidentifier()", "format('é', x=1)",
      "lstrip('h').rstrip('d')",
    ])
  }

  /// A format with fields, for `%` and `format`.
  mutating func format() -> String {
    let value = pick([
      "1", "-7", "2.5", "12345.678", "'ab'", "true", "0", "1e10", "0.00012", "none", "[1, 'a']", "1234567",
    ])
    let width = pick(["", "3", "8", "12"])
    if chance(50) {
      let type = pick(["s", "d", "f", "e", "g", "x", "r", "i", "o", "X", "G", "c", "5"])
      return "{{ '\(pick(["", "a%%"]))%" + pick(["", "-", "+", "0", " ", "#", "-0", "+ "]) + width
        + pick(["", ".0", ".2", ".5", "."]) + type + "' % (" + value + ",) }}"
    }
    let alignment = pick(["", "<", ">", "^", "=", "*<", "x>", "0^"])
    let type = pick(["", "s", "d", "f", "e", "g", "%", "x", "b", "o", "X", "n", "c", "q"])
    return "{{ '{" + pick(["", "0", "a"]) + pick(["", "!r", "!s"]) + ":" + alignment
      + pick(["", "+", " ", "-"])
      + pick(["", "", "#", "0"]) + width + pick(["", "", ",", "_"]) + pick(["", ".0", ".2", ".5"]) + type
      + "}'.format(" + value + ", a=" + value + ") }}"
  }
}
