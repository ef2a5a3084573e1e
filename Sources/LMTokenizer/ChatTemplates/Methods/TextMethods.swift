import LMRuntime

extension TemplateEvaluator {
  /// Calls a method of a text.
  func call(
    _ method: TemplateMethod, of text: MarkedText, _ arguments: TemplateArguments
  ) throws(LMError) -> TemplateValue {
    try allocate(text.count)
    switch method {
    case .format: return .text(try braceFormat(text, arguments))
    case .split, .rsplit: return .list(try textList(try split(method, text, arguments)))
    case .strip, .lstrip, .rstrip:
      let set = try optionalText(try arguments.values(["chars"], of: method.rawValue, self)[0], of: method)
      return .text(text.stripped(of: set, left: method != .rstrip, right: method != .lstrip))
    case .startswith, .endswith: return .bool(try affix(method, text, arguments))
    case .find, .rfind, .index, .rindex, .count: return .integer(try search(method, text, arguments))
    case .replace: return .text(try replace(text, arguments))
    case .join:
      let values = try arguments.values(["iterable"], required: 1, of: "join", self)
      return .text(try join(text, values[0] ?? .null))
    case .splitlines:
      let keeps = try arguments.values(["keepends"], of: "splitlines", self)[0]?.isTrue ?? false
      return .list(try textList(text.lines(keepsEnds: keeps)))
    case .partition, .rpartition: return .tuple(try textList(try partition(method, text, arguments)))
    case .removeprefix, .removesuffix: return .text(try removeAffix(method, text, arguments))
    case .center, .ljust, .rjust: return .text(try justify(method, text, arguments))
    case .zfill:
      let values = try arguments.values(["width"], required: 1, of: "zfill", self)
      return .text(try zeroFilled(text, try integer(values[0], or: 0, of: "zfill")))
    case .expandtabs:
      let values = try arguments.values(["tabsize"], of: "expandtabs", self)
      return .text(try expandTabs(text, try integer(values[0], or: 8, of: "expandtabs")))
    default:
      _ = try arguments.values([], of: method.rawValue, self)
      try study(text.count)
      if let changed = changedCase(method, text) { return .text(changed) }
      return .bool(text.satisfies(method))
    }
  }

  private func changedCase(_ method: TemplateMethod, _ text: MarkedText) -> MarkedText? {
    switch method {
    case .upper: text.uppercased
    case .lower: text.lowercased
    case .casefold: text.lowercased
    case .capitalize: text.capitalized
    case .title: text.titlecased
    case .swapcase: text.caseSwapped
    default: nil
    }
  }

  func textList(_ texts: [MarkedText]) throws(LMError) -> TemplateList {
    try list(texts.map { .text($0) })
  }

  private func optionalText(_ value: TemplateValue?, of method: TemplateMethod) throws(LMError) -> MarkedText?
  {
    switch value {
    case nil, .some(.null): nil
    case .some(let value): try argumentText(value, of: method.rawValue)
    }
  }

  private func split(
    _ method: TemplateMethod, _ text: MarkedText, _ arguments: TemplateArguments
  ) throws(LMError) -> [MarkedText] {
    let values = try arguments.values(["sep", "maxsplit"], of: method.rawValue, self)
    let separator = try optionalText(values[0], of: method)
    let given = try integer(values[1], or: -1, of: method.rawValue)
    let limit = given < 0 ? Int.max : given
    guard let separator else {
      return method == .split || limit == .max ? text.words(limit: limit) : text.wordsFromEnd(limit: limit)
    }
    guard !separator.isEmpty else { throw failure("'\(method.rawValue)' has an empty separator") }
    if method == .split { return text.split(by: separator, limit: limit) }
    return text.splitFromEnd(by: separator, limit: limit)
  }

  private func affix(
    _ method: TemplateMethod, _ text: MarkedText, _ arguments: TemplateArguments
  ) throws(LMError) -> Bool {
    let values = try arguments.values(["affix", "start", "end"], required: 1, of: method.rawValue, self)
    let count = text.count
    if let start = values[1]?.asInteger, start > count { return false }
    let range = try bounds(values[1], values[2], count: count, of: method.rawValue)
    var affixes = [values[0] ?? .null]
    if case .tuple(let list) = affixes[0] { affixes = list.items }
    for affix in affixes {
      let affix = try argumentText(affix, of: method.rawValue)
      try read(affix.count)
      guard affix.count <= range.count else { continue }
      let place = method == .startswith ? range.lowerBound : range.upperBound - affix.count
      if text.matches(affix.symbols[...], at: place) { return true }
    }
    return false
  }

  private func search(
    _ method: TemplateMethod, _ text: MarkedText, _ arguments: TemplateArguments
  ) throws(LMError) -> Int {
    let values = try arguments.values(["sub", "start", "end"], required: 1, of: method.rawValue, self)
    let part = try argumentText(values[0], of: method.rawValue)
    let isBehind = values[1]?.asInteger.map { $0 > text.count } ?? false
    let range = try bounds(values[1], values[2], count: text.count, of: method.rawValue)
    if method == .count { return isBehind ? 0 : text.places(of: part, in: range).count }
    let isLast = method == .rfind || method == .rindex
    let found =
      isBehind ? nil : isLast ? text.lastIndex(of: part, in: range) : text.firstIndex(of: part, in: range)
    if let found { return found }
    guard method == .find || method == .rfind else { throw failure("the substring is not found") }
    return -1
  }

  private func replace(_ text: MarkedText, _ arguments: TemplateArguments) throws(LMError) -> MarkedText {
    let values = try arguments.values(["old", "new", "count"], required: 2, of: "replace", self)
    return try replacing(
      text, try argumentText(values[0], of: "replace"), try argumentText(values[1], of: "replace"),
      limit: try integer(values[2], or: -1, of: "replace"))
  }

  /// `text.replace(old, new, limit)`; a negative limit is none.
  func replacing(
    _ text: MarkedText, _ old: MarkedText, _ new: MarkedText, limit: Int
  ) throws(LMError) -> MarkedText {
    try allocate(text.count)
    let places = text.places(of: old, in: 0..<text.count, limit: limit < 0 ? .max : limit)
    try allocate(clampedProduct(new.count, places.count))
    var result = MarkedText()
    var start = 0
    for place in places {
      result.append(contentsOf: text.symbols[start..<place])
      result.append(new)
      start = place + old.count
    }
    result.append(contentsOf: text.symbols[start...])
    return result
  }

  /// `separator.join(values)`: all of them must be texts.
  private func join(_ separator: MarkedText, _ values: TemplateValue) throws(LMError) -> MarkedText {
    var texts: [MarkedText] = []
    for value in try elements(values) {
      guard case .text(let text) = value else { throw unsuitable(value, for: "'join', which takes strings") }
      texts.append(text)
    }
    return try joined(texts, separator)
  }

  /// The texts with `separator` between them.
  func joined(_ texts: [MarkedText], _ separator: MarkedText) throws(LMError) -> MarkedText {
    var result = MarkedText()
    for (position, text) in texts.enumerated() {
      try allocate(text.count + (position > 0 ? separator.count : 0))
      if position > 0 { result.append(separator) }
      result.append(text)
    }
    return result
  }

  private func partition(
    _ method: TemplateMethod, _ text: MarkedText, _ arguments: TemplateArguments
  ) throws(LMError) -> [MarkedText] {
    let values = try arguments.values(["sep"], required: 1, of: method.rawValue, self)
    let separator = try argumentText(values[0], of: method.rawValue)
    guard !separator.isEmpty else { throw failure("'\(method.rawValue)' has an empty separator") }
    let all = 0..<text.count
    let place =
      method == .partition ? text.firstIndex(of: separator, in: all) : text.lastIndex(of: separator, in: all)
    guard let place else {
      return method == .partition ? [text, MarkedText(), MarkedText()] : [MarkedText(), MarkedText(), text]
    }
    let end = place + separator.count
    return [text.part(0..<place), text.part(place..<end), text.part(end..<text.count)]
  }

  private func removeAffix(
    _ method: TemplateMethod, _ text: MarkedText, _ arguments: TemplateArguments
  ) throws(LMError) -> MarkedText {
    let values = try arguments.values(["affix"], required: 1, of: method.rawValue, self)
    let affix = try argumentText(values[0], of: method.rawValue)
    if method == .removeprefix {
      return text.matches(affix.symbols[...], at: 0) ? text.part(affix.count..<text.count) : text
    }
    let rest = text.count - affix.count
    return rest >= 0 && text.matches(affix.symbols[...], at: rest) ? text.part(0..<rest) : text
  }
}
