import LMRuntime

/// The methods that values have.
enum TemplateMethod: String, Sendable {
  // Of texts.
  case capitalize, casefold, center, endswith, expandtabs, find, format, index, isalnum, isalpha, isascii
  case isdecimal, isdigit, isidentifier, islower, isnumeric, isprintable, isspace, istitle, isupper, join,
    ljust
  case lower, lstrip, partition, removeprefix, removesuffix, replace, rfind, rindex, rjust, rpartition, rsplit
  case rstrip, split, splitlines, startswith, strip, swapcase, title, upper, zfill
  // Of mappings.
  case get, items, keys, values, popitem, setdefault, update
  // Of lists, and of others too.
  case append, clear, copy, count, extend, insert, pop, remove, reverse, sort
  // Of `loop`.
  case cycle, changed
  // Of numbers.
  case isInteger = "is_integer"
  case bitLength = "bit_length"

  /// True where values of the type of `value` have the method.
  func belongs(to value: TemplateValue) -> Bool {
    switch value {
    case .text: isOfText
    case .mapping: isOfMapping
    case .list: isOfList
    case .tuple, .range: self == .count || self == .index
    case .loop: self == .cycle || self == .changed
    case .number: self == .isInteger
    case .integer, .bool: self == .bitLength
    default: false
    }
  }

  private var isOfText: Bool {
    switch self {
    case .get, .items, .keys, .values, .popitem, .setdefault, .update, .append, .clear, .copy, .extend,
      .insert,
      .pop, .remove, .reverse, .sort, .cycle, .changed, .isInteger, .bitLength:
      false
    default: true
    }
  }

  private var isOfMapping: Bool {
    switch self {
    case .get, .items, .keys, .values, .popitem, .setdefault, .update, .clear, .copy, .pop: true
    default: false
    }
  }

  private var isOfList: Bool {
    switch self {
    case .append, .clear, .copy, .count, .extend, .index, .insert, .pop, .remove, .reverse, .sort: true
    default: false
    }
  }

  /// True for methods that would change a list or a mapping, which templates may not do.
  var changesItsReceiver: Bool {
    switch self {
    case .append, .clear, .extend, .insert, .pop, .popitem, .remove, .reverse, .setdefault, .sort, .update:
      true
    default: false
    }
  }
}

extension TemplateEvaluator {
  /// Calls a method.
  func call(_ method: BoundMethod, _ arguments: TemplateArguments) throws(LMError) -> TemplateValue {
    switch method.receiver {
    case .text(let text): return try call(method.name, of: text, arguments)
    case .mapping(let mapping): return try call(method.name, of: mapping, arguments)
    case .loop(let loop):
      return method.name == .cycle
        ? try loop.cycle(arguments.positional, self) : try loop.changed(arguments.positional, self)
    case .number(let number):
      _ = try arguments.values([], of: method.name.rawValue, self)
      return .bool(number.isFinite && number == number.rounded())
    case .integer, .bool:
      _ = try arguments.values([], of: method.name.rawValue, self)
      let magnitude = method.receiver.asInteger?.magnitude ?? 0
      return .integer(UInt.bitWidth - magnitude.leadingZeroBitCount)
    default: return try callOfSequence(method, arguments)
    }
  }

  /// `count`, `index` and `copy` of lists, tuples and ranges.
  private func callOfSequence(_ method: BoundMethod, _ arguments: TemplateArguments) throws(LMError)
    -> TemplateValue
  {
    let name = method.name.rawValue
    if method.name == .copy {
      _ = try arguments.values([], of: name, self)
      return method.receiver
    }
    let values = try arguments.values(
      method.name == .index ? ["value", "start", "stop"] : ["value"], required: 1, of: name, self)
    let wanted = values[0] ?? .null
    var items = try elements(method.receiver)[...]
    if method.name == .count {
      var count = 0
      for item in items where try equal(item, wanted) { count += 1 }
      return .integer(count)
    }
    let range = try bounds(values[1], values[2], count: items.count, of: name)
    items = items[range]
    for (offset, item) in zip(items.indices, items) where try equal(item, wanted) { return .integer(offset) }
    throw failure("the value is not in the \(method.receiver.typeName)")
  }

  /// The range of positions that the arguments `start` and `stop` mean.
  func bounds(
    _ start: TemplateValue?, _ stop: TemplateValue?, count: Int, of function: String
  ) throws(LMError) -> Range<Int> {
    func position(_ value: TemplateValue?, _ fallback: Int) throws(LMError) -> Int {
      guard let value else { return fallback }
      if case .null = value { return fallback }
      let bound = try integer(value, or: fallback, of: function)
      return min(max(bound < 0 ? bound + count : bound, 0), count)
    }
    let lower = try position(start, 0)
    return lower..<max(lower, try position(stop, count))
  }
}
