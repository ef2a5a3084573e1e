import LMTensor

extension Variable {
  /// y = x Wᵀ + b, or residual + x Wᵀ + b.
  ///
  /// Backward: d_x = d_y W, d_W = d_yᵀ x, d_b = Σ rows of d_y, d_residual = d_y.
  /// - Parameters:
  ///   - weight: `[N, K]`; stored, it gets no gradient.
  ///   - bias: `[N]`, or nil.
  ///   - residual: float32 `[M, N]`, added to the product; the result then is float32.
  ///   - precision: type in which products are formed; sums are float32. Those of one row without a tape are
  ///     formed in float32 too: reading the weights takes longer.
  ///   - tape: records the backward; nil computes the value only.
  /// - Returns: `[M, N]` of `precision`, or float32 with a residual.
  /// - Complexity: 2 · M · N · K operations, twice that backward.
  public func linear(
    _ weight: Parameter, bias: Parameter? = nil, residual: Variable? = nil, precision: DType, tape: Tape?
  ) -> Variable {
    let (rows, outputs) = (value.rowCount, weight.rowCount)
    let y = Tensor([rows, outputs], dtype: residual == nil ? precision : .float32)
    if rows == 1, tape == nil {
      value.multiply(weight, adding: residual?.value, bias: bias?.value, into: y)
      return Variable(y)
    }
    weight.multiply(value, adding: residual?.value, bias: bias?.value, precision: precision, into: y)
    let output = Variable(y)
    tape?.record(output) { gradient in
      let input = Tensor(self.shape, dtype: self.dtype)
      weight.multiplyBackward(gradient, precision: precision, into: input)
      self.addGradient(input)
      // The residual stream's gradient is added to in place further down: a kept factor is a copy.
      if weight.isTrainable {
        self.whenPresent { x in
          weight.collectProduct(gradient, isShared: residual != nil, x, precision: precision)
        }
      }
      bias?.collectSum { gradient.addColumnSums(to: $0) }
      residual?.addGradient(gradient)
    }
    return output
  }
}

extension Tensor {
  /// This one row times Wᵀ, into `result` `[1, N]`.
  fileprivate func multiply(_ weight: Parameter, adding base: Tensor?, bias: Tensor?, into result: Tensor) {
    let x = converted(to: .float32).reshaped([columnCount])
    let sum = Tensor([weight.rowCount])
    weight.multiply(vector: x, into: sum)
    if let base { sum.addInPlace(base) }
    if let bias { sum.addInPlace(bias) }
    sum.copy(into: result)
  }
}
