import LMRuntime
import LMTokenizer
import Testing

@Suite struct ChatTemplateTests {
  /// What a template without messages renders to.
  private func render(_ source: String, _ variables: JSONObject = [:]) throws -> String {
    try ChatTemplate(source).render(messages: [], variables: variables).text
  }

  @Test(arguments: [
    ("a{{ 1 + 2 * 3 }}b", "a7b"),
    (
      "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}", "3 -4 2 3.5 64 4"
    ),
    (
      "{{ 1.0 }} {{ 1e16 }} {{ 1e15 }} {{ 0.0001 }} {{ 0.00001 }} {{ 123456.789 }}",
      "1.0 1e+16 1000000000000000.0 0.0001 1e-05 123456.789"
    ),
    ("{{ true }} {{ none }} {{ [1, 'a', 2.5, true, none] }}", "True None [1, 'a', 2.5, True, None]"),
    (#"{{ {'a': "it's", 1: 'q"', 'n': '\n\t\\'} }}"#, #"{'a': "it's", 1: 'q"', 'n': '\n\t\\'}"#),
    ("{{ (1,) }} {{ () }} {{ (1, 2) }}", "(1,) () (1, 2)"),
    (
      "{{ 'abc'[0] }}{{ 'abc'[-1] }} {{ 'abcdef'[1:4] }} {{ 'abcdef'[::-1] }} {{ [1,2,3,4][::2] }}",
      "ac bcd fedcba [1, 3]"
    ),
    ("{{ 'x' in 'axb' }} {{ 3 not in [1, 2] }} {{ 'k' in {'k': 1} }}", "True True True"),
    ("{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 == 1.0 == true }}", "True False True"),
    ("{{ 'a' ~ 1 ~ none ~ 2.0 }} {{ 'ab' * 2 }} {{ [1] * 2 }}", "a1None2.0 abab [1, 1]"),
    ("{{ missing }}|{{ missing is defined }}|{{ (1 if false) is defined }}", "|False|False"),
    ("{{ 'a' if 0 else 'b' }}{{ 'x' or 'y' }}{{ '' or 'z' }}{{ 1 and 0 }}", "bxz0"),
    ("{{ '%s is %5.2f and %03d%%' % ('x', 3.14159, 7) }}", "x is  3.14 and 007%"),
    ("{{ '{}-{:>4}-{x:.1f}'.format('a', 'b', x=2.55) }}", "a-   b-2.5"),
    ("{{ 0x1F }} {{ 1_000 }} {{ 0b11 }} {{ 0o17 }}", "31 1000 3 15"),
    (#"{{ 'é\u00e9\x41\n' }}|{{ "a" 'b' }}"#, "ééA\n|ab"),
  ]) func `an expression has Python's value`(source: String, expected: String) throws {
    #expect(try render(source) == expected)
  }

  @Test(arguments: [
    ("{% if x %}\n  yes\n{% endif %}\nend", "  yes\nend"),
    ("  {% if x %}\n  {% endif %}\n|", "|"),
    ("a  {%- if x -%}  b  {%- endif -%}  c", "abc"),
    ("a\n  {%+ if x %}b{% endif +%}\nc", "a\n  b\nc"),
    ("a {# comment #}\nb", "a b"),
    ("  {# c #}\nb {{ 1 }}\n", "b 1"),
    ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ("a\r\nb\rc\n\n", "a\nb\nc\n"),
    ("{{- '  x  ' -}}   y", "  x  y"),
  ]) func `white space around tags goes as Jinja2 is told`(source: String, expected: String) throws {
    #expect(try render(source, ["x": true]) == expected)
  }

  @Test(arguments: [
    ("{% for i in range(3) %}{{ loop.index }}{{ ',' if not loop.last }}{% endfor %}", "1,2,3"),
    ("{% for a, b in {'x': 1, 'y': 2}.items() %}{{ a }}{{ b }}{% endfor %}", "x1y2"),
    ("{% for i in [] %}x{% else %}none{% endfor %}", "none"),
    ("{% for i in [1,2,3,4] if i is even %}{{ loop.index0 }}{{ i }} {% endfor %}", "02 14 "),
    ("{% for i in [1,2,3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "13"),
    ("{% for i in [1,2,3] %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "1"),
    ("{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "1"),
    ("{% set n = namespace(x=1) %}{% for i in [1] %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}", "2"),
    ("{% macro m(a, b=2, c=b) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}{{ m(1, c=5) }}", "122125"),
    ("{% macro m() %}<{{ caller('x') }}>{% endmacro %}{% call(a) m() %}[{{ a }}]{% endcall %}", "<[x]>"),
    ("{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, a=2) }}", "(1,){'a': 2}"),
    ("{% set x %}a{{ 1 }}{% endset %}{{ x | upper }}", "A1"),
    ("{% set x | upper %}ab{% endset %}{{ x }}{% filter title %}cd{% endfilter %}", "ABCd"),
    ("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}", "3"),
    ("{% set a, b = 1, [2] %}{{ a }}{{ b }}", "1[2]"),
    ("{% for i in [1, [2, [3]]] recursive %}{{ loop(i) if i is iterable else i }}{% endfor %}", "123"),
    (
      "{% for i in 'abc' %}{{ loop.cycle(1, 2) }}{{ loop.previtem }}{{ loop.nextitem }} {% endfor %}",
      "1b 2ac 1b "
    ),
    ("{% generation %}x{% endgeneration %}", "x"),
    ("{% if false %}a{% elif 1 %}b{% else %}c{% endif %}", "b"),
    ("{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "3210"),
  ]) func `a statement does what Jinja2 does`(source: String, expected: String) throws {
    #expect(try render(source) == expected)
  }

  @Test(arguments: [
    (
      "{{ {'b': [1, 2.0, none, true], 'a': 'é\"<\n'} | tojson }}",
      #"{"b": [1, 2.0, null, true], "a": "é\"<\n"}"#
    ),
    ("{{ {'b': 1, 'a': []} | tojson(indent=2, sort_keys=true) }}", "{\n  \"a\": [],\n  \"b\": 1\n}"),
    (
      "{{ 'é😀' | tojson(ensure_ascii=true) }} {{ [1,2] | tojson(separators=(',', ':')) }}",
      #""\u00e9\ud83d\ude00" [1,2]"#
    ),
    ("{{ ' x ' | trim }}{{ 'a b-c' | title }}{{ 'aB' | capitalize }}", "xA B-CAb"),
    ("{{ [3, 1, 2] | sort | join('-') }} {{ ['b', 'A'] | sort }} {{ [1, 2] | sum }}", "1-2-3 ['A', 'b'] 3"),
    ("{{ [{'n': 1, 't': 'x'}, {'n': 2}] | selectattr('t', 'defined') | map(attribute='n') | list }}", "[1]"),
    ("{{ [1, 2, 3, 4] | select('odd') | list }} {{ ['a', 'A', 'b'] | unique | list }}", "[1, 3] ['a', 'b']"),
    ("{{ {'b': 1, 'A': 2} | dictsort }} {{ {'x': 1} | items | list }}", "[('A', 2), ('b', 1)] [('x', 1)]"),
    (
      "{{ x | default('d') }}{{ '' | default('e', true) }}{{ '42.7' | int }}{{ 'q' | int(5) }}{{ '1.5' | float }}",
      "de4251.5"
    ),
    (
      "{{ 2.5 | round }} {{ 2.675 | round(2) }} {{ 2.1 | round(method='ceil') | int }} {{ -3 | abs }}",
      "2.0 2.67 3 3"
    ),
    ("{{ 'a\nb\n\nc' | indent(2) }}|{{ 'ab' | indent(1, true) }}", "a\n  b\n\n  c| ab"),
    (
      "{{ [1,2,3] | batch(2) | list }} {{ [1,2,3] | slice(2) | list }} {{ 'abc' | reverse }}",
      "[[1, 2], [3]] [[1, 2], [3]] cba"
    ),
    (
      "{{ [1, 2] | first }}{{ [1, 2] | last }}{{ [1, 5, 2] | max }}{{ 'abc' | length }}{{ 'a b' | wordcount }}",
      "12532"
    ),
    ("{{ '<a>' | e }}{{ 'aXbX' | replace('X', '-', 1) }}{{ [1, 2] | string }}", "&lt;a&gt;a-bX[1, 2]"),
    (
      "{% for g, l in [{'k': 1}, {'k': 2}, {'k': 1}] | groupby('k') %}{{ g }}:{{ l | length }} {% endfor %}",
      "1:2 2:1 "
    ),
    (
      "{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a.b.c'.rsplit('.', 1) }}",
      "['a', 'b', '', 'c']['a', 'b']['a.b', 'c']"
    ),
    (
      "{{ 'xxaxx'.strip('x') }}{{ 'ab'.startswith(('x', 'a')) }}{{ 'ab'.find('b') }}{{ 'a\nb'.splitlines() }}",
      "aTrue1['a', 'b']"
    ),
    (
      "{{ {'a': 1}.get('b', 3) }}{{ {'a': 1}.keys() | list }}{{ {'items': 1}['items'] }}{{ 'ß'.upper() }}",
      "3['a']1SS"
    ),
    (
      "{{ 1 is number }}{{ true is number }}{{ 'a' is string }}{{ {} is mapping }}{{ [] is sequence }}{{ x is none }}",
      "TrueTrueTrueTrueTrueFalse"
    ),
  ]) func `filters, tests and methods are those of Jinja2 and Python`(source: String, expected: String) throws
  {
    #expect(try render(source) == expected)
  }

  @Test func `raise_exception is an error with the template's own words and the line`() throws {
    let template = try ChatTemplate(
      "a\n{% for m in messages %}\n{{ raise_exception('Only ' ~ m.role) }}{% endfor %}")
    #expect {
      try template.render(messages: [["role": "user", "content": "x"]])
    } throws: { error in
      let error = error as? LMError
      return error?.problem == "Only user" && error?.place == "chat template, line 3"
    }
  }

  @Test(arguments: [
    ("{{ a", 1), ("\n{% if x %}", 2), ("{% endif %}", 1), ("{{ 1 + }}", 1), ("\n\n{{ 'a }}", 3), ("{# x", 1),
    ("{% for x y %}{% endfor %}", 1), ("{{ x | nosuch }}", 1), ("{{ x is nosuch }}", 1), ("{% foo %}", 1),
    ("{% set 1 = 2 %}", 1), ("{% break %}", 1), ("{{ (1, 2] }}", 1), ("{% include 'x' %}", 1),
    ("{{ 1 2 }}", 1),
    ("{% raw %}", 1), ("{{ 99999999999999999999 }}", 1), ("{% macro m(a, a) %}{% endmacro %}", 1),
    ("{{ }}", 1),
    ("{{ '\\ud800' }}", 1), ("{% for loop in x %}{% endfor %}", 1), ("{{ f(a=1, 2) }}", 1),
    ("{% set true = 1 %}", 1),
  ]) func `a faulty template is refused with the line and a remedy`(source: String, line: Int) throws {
    do {
      _ = try ChatTemplate(source)
      Issue.record("accepted \(source)")
    } catch {
      #expect(error.place == "chat template, line \(line)")
      #expect(!error.remedy.isEmpty)
    }
  }

  @Test(arguments: [
    "{{ a.b.c }}", "{{ a + 1 }}", "{{ a() }}", "{{ 'x' + 1 }}", "{{ [] | first + 1 }}", "{{ {}.x.y }}",
    "{{ 1 / 0 }}",
    "{{ 1 % 0 }}", "{{ [1].append(2) }}", "{{ {}.update({}) }}", "{{ 'a' < 1 }}", "{{ {[]: 1} }}",
    "{{ 'x'.join([1]) }}",
    "{{ 9223372036854775807 + 1 }}", "{{ 10 ** 40 }}", "{{ -9223372036854775807 - 2 }}", "{{ 1 | length }}",
    "{{ range(10, 0, 0) }}", "{{ 'a'[::0] }}", "{% for a, b in [1] %}{% endfor %}", "{% set x.y = 1 %}",
    "{{ x | tojson }}",
    "{% macro m() %}{% endmacro %}{{ m(1) }}",
    "{{ m | map('nosuch') | list }}{{ [1] | map('nosuch') | list }}",
    "{% set n = namespace(_x=1) %}", "{{ '%d' % 'x' }}", "{{ '%s' % () }}", "{{ '{}'.format() }}",
    "{{ '{:q}'.format(1) }}",
  ]) func `a fault at run time is a typed error`(source: String) throws {
    let template = try ChatTemplate("\n" + source)
    do {
      let chat = try template.render(messages: [])
      Issue.record("rendered \(chat.text)")
    } catch {
      #expect(error.place == "chat template, line 2")
      #expect(!error.remedy.isEmpty)
    }
  }

  @Test func `strftime_now writes the time that is given`() throws {
    let template = try ChatTemplate(
      "{{ strftime_now('%Y-%m') }}|{{ strftime_now('') }}|{{ strftime_now('é%f%Z%%') }}")
    #expect(try template.render(messages: [], now: 1_751_551_509).text == "2025-07||é000000%")
  }
}
