import LMRuntime

/// The filters that templates can use, by Jinja2's names.
enum TemplateFilter: String, CaseIterable, Sendable {
  // Of texts.
  case capitalize, center, e, escape, forceescape, format, indent, lower, replace, safe, string, striptags
  case title, tojson, trim, truncate, upper, wordcount
  // Of numbers.
  case abs, float, int, round
  // Of sequences and mappings.
  case attr, batch, count, d, `default`, dictsort, first, groupby, items, join, last, length, list, map, max,
    min
  case reject, rejectattr, reverse, select, selectattr, slice, sort, sum, unique
}

extension TemplateEvaluator {
  /// `value | filter(arguments)`.
  func apply(
    _ filter: TemplateFilter, to value: TemplateValue, _ arguments: TemplateArguments
  ) throws(LMError) -> TemplateValue {
    switch filter {
    case .capitalize, .center, .e, .escape, .forceescape, .format, .indent, .lower, .replace, .safe, .string,
      .striptags, .title, .tojson, .trim, .truncate, .upper, .wordcount:
      try applyToText(filter, value, arguments)
    case .abs, .float, .int, .round: try applyToNumber(filter, value, arguments)
    case .map, .select, .reject, .selectattr, .rejectattr, .unique, .batch, .slice:
      try applyLazily(filter, value, arguments)
    default: try applyToSequence(filter, value, arguments)
    }
  }

  // MARK: - Attributes by path

  /// What `attribute=` names: a path of names and positions with dots between them.
  func path(_ attribute: TemplateValue?) throws(LMError) -> [TemplateValue] {
    switch attribute {
    case nil, .some(.null): return []
    case .text(let text)?:
      try allocate(text.count)
      return text.split(by: ".").map { part in
        let isNumber = part.satisfies(.isdigit)
        if isNumber, case .value(let position) = PythonNumberParsing.integer(part) {
          return .integer(position)
        }
        return .text(part)
      }
    case .some(let value): return [value]
    }
  }

  /// The value at the end of `path`; `fallback` stands in for what is missing on the way.
  func value(
    at path: [TemplateValue], of base: TemplateValue, or fallback: TemplateValue? = nil
  ) throws(LMError) -> TemplateValue {
    var result = base
    for part in path {
      result = try item(part, of: result)
      if case .undefined = result, let fallback { result = fallback }
    }
    return result
  }

  /// `value`, lower case where it is a text and case does not count.
  func folded(_ value: TemplateValue, _ isCaseSensitive: Bool) throws(LMError) -> TemplateValue {
    guard !isCaseSensitive, case .text(let text) = value else { return value }
    try allocate(text.count)
    try study(text.count)
    return .text(text.lowercased)
  }
}
