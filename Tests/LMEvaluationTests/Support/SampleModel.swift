import LMAutograd
import LMTensor
import LMTestSupport
import LMTransformer

/// Small models with weights so large that their scores differ.
enum SampleModel {
  static func configuration(_ vocabularySize: Int = 53) -> TransformerConfiguration {
    TransformerConfiguration(
      vocabularySize: vocabularySize, contextLength: 24, width: 20, layers: 2, heads: 4, keyValueHeads: 2,
      headWidth: 6, hiddenWidth: 30)
  }

  static func make(_ configuration: TransformerConfiguration = configuration(), seed: UInt64 = 3)
    -> Transformer
  {
    let model = Transformer(configuration)
    model.initialize(seed: seed, deviation: 0.25)
    return model
  }

  /// Ids that look random.
  static func ids(_ count: Int, below limit: Int = 53, seed: UInt64 = 5) -> [Int32] {
    sampleValues(count, seed: seed).map { Int32(($0 + 1) / 2 * Double(limit - 1)) }
  }

  /// −ln p of the id behind each of `ids`, in Double from the whole logits of one pass.
  static func losses(_ model: Transformer, _ ids: [Int32]) -> [Double] {
    let scores = model.logits(ids, ForwardContext(batch: 1, tokens: ids.count, precision: .float32))
    let all = doubles(scores)
    let width = scores.columnCount
    return (1..<max(1, ids.count)).map { place in
      let row = all[(place - 1) * width..<place * width]
      return logSum(Array(row)) - row[row.startIndex + Int(ids[place])]
    }
  }

  static func logSum(_ row: [Double]) -> Double {
    let high = row.max() ?? 0
    return high + logarithm(row.reduce(0) { $0 + exponential($1 - high) })
  }
}
