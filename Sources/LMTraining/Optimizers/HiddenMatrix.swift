import LMAutograd
import LMTransformer

/// A matrix between hidden layers: some rows of a parameter `[N, K]`.
public struct HiddenMatrix {
  /// The parameter.
  public let parameter: Parameter
  /// Its rows of it.
  public let rows: Range<Int>

  /// Rows `rows` of `parameter`, all of them by default.
  public init(_ parameter: Parameter, rows: Range<Int>? = nil) {
    self.parameter = parameter
    self.rows = rows ?? 0..<parameter.value.rowCount
  }
}

extension Transformer {
  /// The matrices of all layers: queries, keys, values, gate and up apart though they are stored as one.
  /// Embedding, positions and head are not among them.
  var hiddenMatrices: [HiddenMatrix] {
    let c = configuration
    let queries = c.attentionShape.queryWidth
    let keys = c.keyValueHeads * c.headWidth
    return blocks.flatMap { block in
      let attention = block.attentionInput.weight
      var all = [
        HiddenMatrix(attention, rows: 0..<queries), HiddenMatrix(attention, rows: queries..<queries + keys),
        HiddenMatrix(attention, rows: queries + keys..<queries + 2 * keys),
        HiddenMatrix(block.attentionOutput.weight), HiddenMatrix(block.feedForwardOutput.weight),
      ]
      let input = block.feedForwardInput.weight
      all.append(HiddenMatrix(input, rows: 0..<c.hiddenWidth))
      if c.isGated { all.append(HiddenMatrix(input, rows: c.hiddenWidth..<2 * c.hiddenWidth)) }
      return all
    }
  }
}
