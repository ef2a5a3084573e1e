import LMAutograd
import LMTensor

extension WeightName {
  /// The name without its leading component: files of a bare model have none.
  var unprefixedName: String {
    name.split(separator: ".").dropFirst().joined(separator: ".")
  }

  /// Names under which files have the tensor; LayerNorms of the first BERT have a gamma and a beta.
  var spellings: [String] {
    let names = [name, unprefixedName] + otherNames
    guard name.contains(".LayerNorm.") else { return names }
    return names
      + names.map { $0.hasSuffix(".weight") ? $0.dropLast(6) + "gamma" : $0.dropLast(4) + "beta" }
  }

  /// The tensor in a file, nil where it is not there.
  package func tensor(in tensors: NamedTensors) -> Tensor? {
    for name in spellings { if let found = tensors[name] { return found } }
    return nil
  }

  /// The rows of a parameter's value that the tensor fills.
  func part(of value: Tensor) -> Tensor { rows.map { value.rows($0) } ?? value }

  /// Shape of the tensor in the file, where the whole parameter has the shape `shape`.
  package func fileShape(_ shape: [Int]) -> [Int] {
    let own = rows.map { [$0.count] + shape.dropFirst() } ?? shape
    return layout == .transposed ? own.reversed() : own
  }

  /// A tensor of the file as it is laid out here: itself where that is the same, else a copy, of the same type but
  /// where blocks cannot be turned.
  func ownLayout(_ tensor: Tensor) -> Tensor {
    let own = turned(tensor)
    return offset == 0 ? own : own.plus(offset)
  }

  private func turned(_ tensor: Tensor) -> Tensor {
    switch layout {
    case .plain: return tensor
    case .transposed:
      return (tensor.dtype.isQuantized ? tensor.converted(to: .float32) : tensor).transposed()
    case .interleavedHeads(let width):
      return tensor.reorderedRows { Self.interleaved($0, headWidth: width, rows: tensor.shape.first ?? 0) }
    case .rotaryPairs(let width): return tensor.reorderedRows { Self.paired($0, headWidth: width) }
    }
  }

  /// What the file holds of `parameter`: float32, or the stored tensor itself where it is just that.
  func tensor(of parameter: Parameter) -> Tensor {
    if layout == .plain, offset == 0, parameter.isStored, let stored = storedPart(of: parameter) {
      return stored
    }
    let own = part(of: parameter.value)
    if layout == .plain, offset == 0 {
      let copy = Tensor(own.shape)
      own.copy(into: copy)
      return copy
    }
    return fileLayout(own)
  }

  /// The tensor of a file as a file would have it that calls and lays it out as `other`: itself where that is the
  /// same.
  package func tensor(_ tensor: Tensor, as other: WeightName) -> Tensor {
    layout == other.layout && offset == other.offset ? tensor : other.fileLayout(ownLayout(tensor))
  }

  /// A tensor that is laid out as here, as it is in the file.
  private func fileLayout(_ own: Tensor) -> Tensor {
    let own = offset == 0 ? own : own.plus(-offset)
    let count = own.shape.first ?? 0
    switch layout {
    case .plain: return own
    case .transposed: return (own.dtype.isQuantized ? own.converted(to: .float32) : own).transposed()
    case .interleavedHeads(let width):
      return own.reorderedRows(inverse(count) { Self.interleaved($0, headWidth: width, rows: count) })
    case .rotaryPairs(let width):
      return own.reorderedRows(inverse(count) { Self.paired($0, headWidth: width) })
    }
  }

  /// The inverse of an order of rows.
  private func inverse(_ count: Int, _ order: (Int) -> Int) -> (Int) -> Int {
    var source = [Int](repeating: 0, count: count)
    for row in 0..<count { source[order(row)] = row }
    return { source[$0] }
  }

  /// The stored part that begins and ends where this tensor does.
  private func storedPart(of parameter: Parameter) -> Tensor? {
    var first = 0
    for part in parameter.parts {
      if first..<first + part.rowCount == rows ?? 0..<parameter.rowCount { return part }
      first += part.rowCount
    }
    return nil
  }

  /// Row of a file of interleaved heads `[H, 3, d]` that is row `row` of queries, keys and values `[3, H, d]`.
  private static func interleaved(_ row: Int, headWidth: Int, rows: Int) -> Int {
    let heads = rows / 3 / headWidth
    let (part, head, place) = (row / (heads * headWidth), row / headWidth % heads, row % headWidth)
    return (head * 3 + part) * headWidth + place
  }

  /// Row of a file with pairs side by side `[H, d/2, 2]` that is row `row` of halves `[H, 2, d/2]`.
  private static func paired(_ row: Int, headWidth: Int) -> Int {
    let (head, half, pair) = (row / headWidth, row % headWidth / (headWidth / 2), row % (headWidth / 2))
    return head * headWidth + 2 * pair + half
  }
}

extension Tensor {
  /// Every element plus `number`, in float32.
  fileprivate func plus(_ number: Float) -> Tensor {
    let result = Tensor(shape)
    copy(into: result)
    for index in result.floats.indices { result.floats[index] += number }
    return result
  }
}
