import LMRuntime
import LMTokenizer
import Testing

@Suite struct HostileTemplateTests {
  private static let doubling = "{% set n = namespace(s='x') %}{% for i in range(99999) %}"

  @Test(arguments: [
    "{{ range(10 ** 9) | list }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    doubling + "{% set n.s = n.s + n.s %}{% endfor %}",
    doubling + "{% set n.s = n.s ~ n.s %}{% endfor %}",
    doubling + "{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}",
    doubling + "{% set n.s = (n.s, n.s) %}{% endfor %}{{ {n.s: 1} }}",
    doubling + "{% set n.s = [n.s] %}{% endfor %}",
    doubling + "{% set n.s = {'a': n.s} %}{% endfor %}",
    doubling + "{% set n.s = n.s | map('upper') %}{% endfor %}{{ n.s | list }}",
    doubling + "{% set n.s = (n.s * 1000) %}{% endfor %}",
    "{% set n = namespace(l=[]) %}{% for i in range(99999) %}{% set n.l = n.l + [i] %}{% endfor %}",
    "{% set n = namespace(l=[]) %}{% for i in range(20) %}{% set n.l = [n.l, n.l] %}{% endfor %}"
      + "{% for i in range(99) %}{{ n.l == (n.l | list) }}{{ n.l | tojson }}{% endfor %}",
    "{% set n = namespace(l=[1]) %}{% for i in range(100) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l in [n.l] }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{{ m(n) ~ m(n) }}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}",
    "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{{ 'a' * 10 ** 12 }}", "{{ [0] * 10 ** 12 }}", "{{ 'a' * 9223372036854775807 }}",
    "{{ 'x' | center(10 ** 12) }}", "{{ 'x\ny' | indent(10 ** 12) }}", "{{ 'x'.ljust(10 ** 12) }}",
    "{{ 'x'.zfill(10 ** 12) }}", "{{ '\t'.expandtabs(10 ** 12) }}", "{{ '%999999999d' % 1 }}",
    "{{ '%*d' % (10 ** 12, 1) }}", "{{ '%.999999999f' % 1.0 }}", "{{ '{:999999999}'.format(1) }}",
    "{{ '{:,.999999999f}'.format(1.0) }}", "{{ '{:99999999999999999999}'.format(1) }}",
    "{{ [1] | tojson(indent=10 ** 12) }}", "{{ [1] | batch(10 ** 12, 0) | list }}",
    "{{ 'aaaaaaaaaa'.replace('a', 'a' * 10 ** 7).replace('a', 'b' * 10 ** 7) }}",
    "{{ 'a'.replace('', 'b' * 10 ** 7).replace('', 'c' * 10 ** 7) }}",
    "{{ strftime_now('%9999999d') }}", "{{ strftime_now('%c' * 4000) }}",
    "{{ (range(99999) | join('x' * 10 ** 6)) | length }}",
    "{{ '{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}'.format('a' * 10 ** 7) }}",
    "{% set n = namespace(l=none) %}{% for i in range(99999) %}{% set n.l = namespace(l=n.l) %}{% endfor %}{{ n }}",
    "{% set n = namespace() %}{% set n.n = n %}{{ n }}",
    "{% set s = 'x' * 9000000 %}{% set d = {s: 1} %}{% for i in range(99999) %}{{ d[s] }}{{ s in d }}{% endfor %}",
    "{% set s = 'x' * 9000000 %}{% for i in range(99999) %}{{ {}[s] }}{{ s == s + '' }}{{ messages | attr(s) }}{% endfor %}",
    "{% set s = 'x' * 9000000 %}{{ range(99999) | selectattr(s) | list }}{{ range(99999) | map(attribute=s) | list }}",
    "{% set d = dict(range(9999) | map('string') | map('center', 2) | unique | batch(1) | map('list') | map('join')"
      + " | map('list') | select) %}{% for i in range(99999) %}{% for k in d %}{% break %}{% endfor %}{% endfor %}",
    "{% set n = namespace(l=0) %}{% for i in range(9999) %}{% set m = namespace(l=n.l) %}"
      + "{% set n.l = [[[[[[[[[[[[[[[[[[[[[[m]]]]]]]]]]]]]]]]]]]]]] %}{% endfor %}{{ n }}",
    "{% set n = namespace(f=none) %}{% for i in range(99999) %}{% macro g() %}{{ n.f }}{% endmacro %}"
      + "{% set n.f = g %}{% endfor %}{{ n.f() }}{{ 1 / 0 }}",
    "{% set n = namespace(l=[]) %}{% for i in range(99999) %}{% for x in [n.l] %}{% set n.l = loop %}{% endfor %}"
      + "{% endfor %}{{ 1 / 0 }}",
    "{% set x = 'ab' * 5000000 %}{% for i in range(9999) %}{{ x.find('ba' * 100) ~ x.count('a') ~ x.upper() }}{% endfor %}",
    "{% set x = range(99999) | list %}{% for i in range(99999) %}{{ 7.5 in x }}{{ x | sort | length }}{% endfor %}",
  ]) func `a template that asks for too much ends with a typed error`(source: String) throws {
    let clock = ContinuousClock()
    let start = clock.now
    var limits = ChatTemplate.Limits()
    limits.steps = 500_000
    limits.symbols = 1 << 25
    do {
      let chat = try ChatTemplate(source, limits: limits).render(messages: [])
      Issue.record("rendered \(chat.text.utf8.count) bytes")
    } catch {
      #expect(error.place.hasPrefix("chat template, line "))
      #expect(!error.remedy.isEmpty)
    }
    #expect(clock.now - start < .seconds(30), "\(clock.now - start)")
  }

  @Test func `the usual limits end a template within seconds`() throws {
    for source in [
      "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
      Self.doubling + "{% set n.s = n.s + n.s %}{% endfor %}",
    ] {
      let clock = ContinuousClock()
      let start = clock.now
      #expect(throws: LMError.self) { try ChatTemplate(source).render(messages: []) }
      #expect(clock.now - start < .seconds(60), "\(clock.now - start)")
    }
  }

  @Test func `limits are those that were given`() throws {
    var limits = ChatTemplate.Limits()
    limits.output = 10
    limits.steps = 100
    limits.callDepth = 3
    limits.source = 200
    func problem(_ source: String) -> String {
      do { return try ChatTemplate(source, limits: limits).render(messages: []).text } catch {
        return error.problem
      }
    }
    #expect(problem("{{ 'x' * 10 }}") == "xxxxxxxxxx")
    #expect(problem("{{ 'x' * 11 }}") == "the template writes more than 10 characters")
    #expect(problem("{% for i in range(99) %}{% endfor %}") == "the template takes more than 100 steps")
    let nested = "{% macro m(n) %}{{ m(n - 1) if n }}{% endmacro %}"
    #expect(problem(nested + "{{ m(2) }}") == "")
    #expect(problem(nested + "{{ m(3) }}") == "more than 3 calls of macros are inside each other")
    #expect(problem(String(repeating: " ", count: 201)) == "has 201 characters, more than 200")
  }

  @Test func `nesting in the source is limited, not the stack of the machine`() {
    for unit in ["(", "[", "{", "-", "not ", "a[", "a(", "{1:", "x if ", "'a' ~ (", "1 + ("] {
      for count in [10, 100, 1_000, 100_000] {
        #expect(throws: LMError.self) { try ChatTemplate("{{ " + String(repeating: unit, count: count)) }
      }
    }
    for unit in ["{% if 1 %}", "{% for a in b %}", "{% macro m() %}", "{% filter upper %}", "{% set x %}"] {
      for count in [100, 1_000, 50_000] {
        #expect(throws: LMError.self) { try ChatTemplate(String(repeating: unit, count: count)) }
      }
    }
    for unit in [" + 1", " | abs", ".a", "[0]", "()", " ~ 1 ~ 2 + 1", " and 1", " == 1 or 1", " if 1 else 1"]
    {
      #expect(throws: LMError.self) {
        try ChatTemplate("{{ 1" + String(repeating: unit, count: 5_000) + " }}").render(messages: [])
      }
    }
  }

  @Test func `the deepest nesting that is allowed fits the stack`() throws {
    let expression =
      "{{ " + String(repeating: "(1 + ", count: 140) + "1" + String(repeating: ")", count: 140) + " }}"
    #expect(try ChatTemplate(expression).render(messages: []).text == "141")
    let inner =
      String(repeating: "{% if 1 %}", count: 40) + "{{ m(n + 1) ~ 1 }}"
      + String(repeating: "{% endif %}", count: 40)
    #expect(throws: LMError.self) {
      try ChatTemplate("{% macro m(n) %}" + inner + "{% endmacro %}{{ m(0) }}").render(messages: [])
    }
    var deep: JSON = 1
    for _ in 0..<120 { deep = .array([deep]) }
    let text = try ChatTemplate("{{ messages[0] | tojson }}{{ messages[0] == messages[0] }}").render(
      messages: [deep]).text
    #expect(text.hasSuffix("]True"))
    for _ in 0..<1_000 { deep = .array([deep]) }
    let tooDeep = deep
    #expect(throws: LMError.self) { try ChatTemplate("{{ messages }}").render(messages: [tooDeep]) }
  }

  @Test func `real templates with damaged bytes never trap or hang`() throws {
    var generator = SeededGenerator(seed: 11)
    let chats = try SampleChats.all()
    var limits = ChatTemplate.Limits()
    limits.steps = 200_000
    limits.symbols = 1 << 20
    var rendered = 0
    var refused = 0
    for (_, source) in try RealTemplates.all() {
      let original = Array(source.utf8)
      for _ in 0..<60 {
        var bytes = original
        for _ in 0...Int.random(in: 0...3, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0...3, using: &generator) {
          case 0: bytes[place] ^= UInt8(1) << UInt8.random(in: 0...7, using: &generator)
          case 1: bytes.remove(at: place)
          case 2: bytes[place] = Array("{}%|()[]'\"-+.,:#~*".utf8).randomElement(using: &generator) ?? 0
          default:
            let end = min(bytes.count, place + Int.random(in: 1...40, using: &generator))
            bytes.insert(
              contentsOf: bytes[place..<end], at: Int.random(in: 0..<bytes.count, using: &generator))
          }
        }
        do {
          let template = try ChatTemplate(String(decoding: bytes, as: UTF8.self), limits: limits)
          guard let chat = chats.randomElement(using: &generator) else { continue }
          if case .text = chat.outcome(template) { rendered += 1 } else { refused += 1 }
        } catch {
          refused += 1
          #expect(!error.problem.isEmpty)
        }
      }
    }
    if refused > 0 { #expect(rendered > 0) }
  }

  @Test func `a long source is read in time in proportion to its length`() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let count = 8_000
    let units: [(Int) -> String] = [
      { "{% if a\($0) %}{% set b\($0) = 1 %}{% endif %}" }, { "{% set a\($0) = 1 %}{{ a\($0) }}" },
      { _ in "{#-  -#} {{-  1  -}} " }, { "{% macro m\($0)(x) %}{% endmacro %}{{ m\($0)(1) }}" },
      { _ in "{% raw %}  {%  {% endraw %}" }, { _ in "{{ '\\\\' ~ \"'\" }}" },
    ]
    for unit in units {
      let source = (0..<count).map(unit).joined()
      _ = try ChatTemplate(source).render(messages: [])
    }
    #expect(clock.now - start < .seconds(60), "\(clock.now - start)")
    let many = (0..<5_000).map { "a\($0)=1" }.joined(separator: ", ")
    #expect(throws: LMError.self) { try ChatTemplate("{{ dict(\(many)) }}") }
    #expect(throws: LMError.self) { try ChatTemplate("{% macro m(\(many)) %}{% endmacro %}") }
  }

  @Test func `the smallest integer traps nowhere`() throws {
    let smallest = "(-9223372036854775807 - 1)"
    for expression in [
      "@ // -1", "@ % -1", "-@", "@ | abs", "@ * -1", "@ in range(0, -5, -1)", "@ in range(5)", "'abc'[@:]",
      "'abc'[::@]",
      "'abc'[@]", "[1, 2][:@:@]", "range(5)[::@]", "range(@, 9223372036854775807, 9223372036854775807)",
      "range(0, @, @)",
      "1 | round(@)", "1.5 | round(@)", "@ | round(-18)", "@ | round(-19)", "'a' * @", "'a'.center(@)",
      "'a' | indent(@)",
      "[1] | batch(@) | list", "[1] | slice(@) | list", "'%*d' % (@, 1)", "'%d' % @", "'{:x}'.format(@)",
      "@ ** 2",
      "2 ** @", "'a' | truncate(@)", "@ | tojson(indent=@)", "'a'.find('a', @, @)", "'a b'.split(' ', @)",
      "'a'.zfill(@)",
      "@ == @ | float", "@ < 1.5", "1.5 | int", "1e300 | int", "@ | string | int", "'a\tb'.expandtabs(@)",
      "@.bit_length()",
      "'%c' % @", "'aa'.replace('a', 'b', @)", "range(9223372036854775807, @, @)[-1]", "1e308 * 10",
      "2.0 ** 9999",
    ] {
      let source = "{{ " + expression.replacing("@", with: smallest) + " }}"
      _ = try? ChatTemplate(source).render(messages: [])
    }
  }

  @Test func `random rows of tokens never trap or hang`() throws {
    var generator = SeededGenerator(seed: 5)
    let tokens = [
      "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "if", "else", "elif", "endif", "for", "in",
      "endfor",
      "set", "endset", "macro", "endmacro", "m", "x", "messages", "(", ")", "[", "]", "{", "}", ".", ",", ":",
      "|",
      "=", "==", "<", "'a'", "1", "2.5", "not", "is", "and", "or", "loop", "range", "~", "*", "**", "//", "%",
      "map", "list", "upper", "defined", "raw", "endraw", "call", "endcall", "filter", "with", "namespace",
      "none",
    ]
    var limits = ChatTemplate.Limits()
    limits.steps = 10_000
    limits.symbols = 100_000
    for _ in 0..<10_000 {
      let source = (0..<Int.random(in: 1...25, using: &generator))
        .map { _ in
          (tokens.randomElement(using: &generator) ?? "") + (Bool.random(using: &generator) ? " " : "")
        }.joined()
      _ = try? ChatTemplate(source, limits: limits).render(messages: [["role": "user", "content": "c"]])
    }
  }
}
